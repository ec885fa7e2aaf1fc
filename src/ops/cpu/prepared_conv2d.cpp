#include "ops/cpu/prepared_conv2d.hpp"

#include <algorithm>

#include "ops/cpu/parallel.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

void copy(const Tensor& from, Tensor& to) {
  const float* source = from.data<float>();
  float* target = to.data<float>();
  parallel_for(from.numel(), kElementGrain, [=](std::int64_t begin, std::int64_t end) {
    std::copy(source + begin, source + end, target + begin);
  });
}

}  // namespace

FusedConv2d::FusedConv2d(Backend& backend, ConvEngine& engine, Tensor w, Tensor bias,
                         Conv2dSpec spec, Activation act)
    : backend_(backend),
      engine_(engine),
      w_(std::move(w)),
      bias_(std::move(bias)),
      spec_(spec),
      act_(act) {}

Tensor FusedConv2d::run(const Tensor& x, const Tensor& residual) {
  const ConvProblem problem = conv_problem(x.shape(), w_.shape(), spec_);
  ref::expect(x, "the images", x.shape(), DType::f32);
  Tensor y = backend_.empty(problem.y_shape(), DType::f32);
  if (residual) ref::expect(residual, "the residual", y.shape(), y.dtype());
  if (y.numel() == 0) return y;
  SY_REQUIRE(!problem.empty(), ExitCode::run_failed, "prepared conv2d: images {} have no channels",
             to_string(x.shape()));

  const bool has_residual = residual.defined();
  const ConvPrimitive& conv =
      engine_.primitive(ConvPass::forward, problem,
                        {.bias = true, .residual = has_residual, .relu = act_ == Activation::relu});
  // Adding to y is faster than oneDNN's binary post-op, which rules out its fastest kernels.
  if (has_residual) copy(residual, y);
  engine_.run_forward(conv, x, packed_for(conv), bias_, y);
  return y;
}

const Tensor& FusedConv2d::packed_for(const ConvPrimitive& primitive) {
  const auto found = std::find_if(packed_.begin(), packed_.end(), [&](const auto& entry) {
    return entry.first == primitive.packed_weights;
  });
  if (found != packed_.end()) return found->second;
  return packed_.emplace_back(primitive.packed_weights, engine_.pack(primitive, w_)).second;
}

}  // namespace switchyard
