#include "ops/cpu/conv_engine.hpp"

#include <omp.h>

#include <algorithm>
#include <unordered_map>

#include "ops/cpu/parallel.hpp"

namespace switchyard {
namespace {

/// oneDNN 2.6 gathers the pixels of a strided 1x1 kernel into scratch memory; in the weight
/// gradient it writes past its end when the channels do not fill a vector.
bool must_gather(const ConvProblem& p) {
  constexpr std::int64_t kVector = 16;
  return p.kernel_height == 1 && p.kernel_width == 1 && p.padding == 0 && p.stride > 1 &&
         p.in_channels % kVector != 0;
}

/// The pixels (N,OH,OW,I) that a strided 1x1 kernel sees.
Tensor gather_pixels(Allocator& allocator, const ConvProblem& p, const Tensor& x) {
  const std::int64_t rows = p.batch * p.out_height(), columns = p.out_width();
  Tensor seen(allocator, {p.batch, p.out_height(), columns, p.in_channels}, DType::f32);
  const float* from = x.data<float>();
  float* to = seen.data<float>();
  parallel_for(rows, row_grain(columns * p.in_channels), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t n = row / p.out_height(), h = row % p.out_height() * p.stride;
      for (std::int64_t column = 0; column < columns; ++column)
        std::copy_n(from + ((n * p.height + h) * p.width + column * p.stride) * p.in_channels,
                    p.in_channels, to + (row * columns + column) * p.in_channels);
    }
  });
  return seen;
}

}  // namespace

/// One tensor as oneDNN sees it; oneDNN takes even its inputs through mutable pointers.
struct ConvEngine::Argument {
  int role;
  const dnnl::memory::desc& desc;
  const Tensor& tensor;
};

ConvEngine::ConvEngine(Allocator& allocator)
    : allocator_(allocator), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {}

Tensor ConvEngine::bytes_for(const dnnl::memory::desc& desc) {
  return Tensor(allocator_, {static_cast<std::int64_t>(desc.get_size())}, DType::u8);
}

void ConvEngine::execute(const dnnl::primitive& primitive,
                         std::initializer_list<Argument> arguments) {
  std::unordered_map<int, dnnl::memory> memories;
  for (const auto& [role, desc, tensor] : arguments) {
    if (!tensor) continue;
    memories.emplace(role, dnnl::memory(desc, engine_, const_cast<std::byte*>(tensor.raw())));
  }
  try {
    primitive.execute(stream_, memories);
    stream_.wait();
  } catch (const dnnl::error& error) {
    fail(ExitCode::run_failed, fmt::format("oneDNN failed while running ({})", error.what()));
  }
}

const ConvPrimitive& ConvEngine::primitive(ConvPass pass, const ConvProblem& problem,
                                           const ConvEpilogue& epilogue) {
  const Key key{pass, problem, epilogue, omp_get_max_threads()};
  const auto found = primitives_.find(key);
  if (found != primitives_.end()) return found->second;
  return primitives_.emplace(key, make_conv_primitive(engine_, pass, problem, epilogue))
      .first->second;
}

Tensor ConvEngine::pack(const ConvPrimitive& primitive, const Tensor& w) {
  if (!primitive.reorder) return w;
  Tensor packed = bytes_for(primitive.packed_weights);
  execute(primitive.reorder, {{DNNL_ARG_FROM, primitive.plain_weights, w},
                              {DNNL_ARG_TO, primitive.packed_weights, packed}});
  return packed;
}

void ConvEngine::run_forward(const ConvPrimitive& primitive, const Tensor& x, const Tensor& packed,
                             const Tensor& bias, Tensor& y) {
  const Tensor scratch = bytes_for(primitive.scratch);
  execute(primitive.run, {{DNNL_ARG_SRC, primitive.x, x},
                          {DNNL_ARG_WEIGHTS, primitive.packed_weights, packed},
                          {DNNL_ARG_BIAS, primitive.bias, bias},
                          {DNNL_ARG_DST, primitive.y, y},
                          {DNNL_ARG_SCRATCHPAD, primitive.scratch, scratch}});
}

Tensor ConvEngine::forward(const ConvProblem& problem, const Tensor& x, const Tensor& w) {
  const ConvPrimitive& conv = primitive(ConvPass::forward, problem);
  Tensor y(allocator_, problem.y_shape(), DType::f32);
  run_forward(conv, x, pack(conv, w), {}, y);
  return y;
}

Tensor ConvEngine::grad_input(const ConvProblem& problem, const Tensor& dy, const Tensor& w) {
  const ConvPrimitive& conv = primitive(ConvPass::grad_input, problem);
  Tensor dx(allocator_, problem.x_shape(), DType::f32);
  const Tensor packed = pack(conv, w), scratch = bytes_for(conv.scratch);
  execute(conv.run, {{DNNL_ARG_DIFF_DST, conv.y, dy},
                     {DNNL_ARG_WEIGHTS, conv.packed_weights, packed},
                     {DNNL_ARG_DIFF_SRC, conv.x, dx},
                     {DNNL_ARG_SCRATCHPAD, conv.scratch, scratch}});
  return dx;
}

Tensor ConvEngine::grad_weight(const ConvProblem& problem, const Tensor& x, const Tensor& dy) {
  if (must_gather(problem)) {
    ConvProblem dense = problem;
    dense.height = problem.out_height();
    dense.width = problem.out_width();
    dense.stride = 1;
    return grad_weight(dense, gather_pixels(allocator_, problem, x), dy);
  }
  const ConvPrimitive& conv = primitive(ConvPass::grad_weight, problem);
  Tensor dw(allocator_, problem.w_shape(), DType::f32);
  const Tensor packed = conv.reorder ? bytes_for(conv.packed_weights) : dw;
  const Tensor scratch = bytes_for(conv.scratch);
  execute(conv.run, {{DNNL_ARG_SRC, conv.x, x},
                     {DNNL_ARG_DIFF_DST, conv.y, dy},
                     {DNNL_ARG_DIFF_WEIGHTS, conv.packed_weights, packed},
                     {DNNL_ARG_SCRATCHPAD, conv.scratch, scratch}});
  if (conv.reorder)
    execute(conv.reorder,
            {{DNNL_ARG_FROM, conv.packed_weights, packed}, {DNNL_ARG_TO, conv.plain_weights, dw}});
  return dw;
}

}  // namespace switchyard
