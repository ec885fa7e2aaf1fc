#include "ops/cpu/conv_primitives.hpp"

#include <string_view>

namespace switchyard {
namespace {

using Tag = dnnl::memory::format_tag;

/// Bytes of weights from which oneDNN's batch-reduce kernels, which read all weights anew for
/// every image, lose to the direct ones: they no longer stay in cache.
constexpr std::size_t kLargeWeights = 4u << 20;

dnnl::memory::desc desc(dnnl::memory::dims dims, Tag tag) {
  return {std::move(dims), dnnl::memory::data_type::f32, tag};
}

/// Logical dimensions are oneDNN's (N,C,H,W) and (O,I,H,W); the tags say how memory really lies.
dnnl::memory::desc weights_desc(const ConvProblem& p, Tag tag) {
  return desc({p.out_channels, p.in_channels, p.kernel_height, p.kernel_width}, tag);
}

onednn::ConvDescs conv_descs(const ConvProblem& p, bool bias) {
  return {desc({p.batch, p.in_channels, p.height, p.width}, Tag::nhwc),
          weights_desc(p, Tag::any),
          bias ? desc({p.out_channels}, Tag::x) : dnnl::memory::desc(),
          desc({p.batch, p.out_channels, p.out_height(), p.out_width()}, Tag::nhwc),
          {p.stride, p.stride},
          {p.padding, p.padding}};
}

/// Scratch memory is ours, so that all primitives share the tensors' allocator.
dnnl::primitive_attr attributes(const ConvEpilogue& epilogue) {
  dnnl::post_ops ops;
  if (epilogue.residual) ops.append_sum(1.0F);
  if (epilogue.relu) onednn::append_relu(ops);
  dnnl::primitive_attr attr;
  attr.set_post_ops(ops);
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

bool is_batch_reduce(const dnnl::convolution_forward::primitive_desc& found) {
  return std::string_view(found.impl_info_str()).starts_with("brg");
}

dnnl::convolution_forward::primitive_desc best_forward(const dnnl::engine& engine,
                                                       const onednn::ConvDescs& descs,
                                                       const dnnl::primitive_attr& attr) {
  auto first = onednn::forward_desc(engine, descs, attr);
  if (first.weights_desc().get_size() <= kLargeWeights || !is_batch_reduce(first)) return first;
  auto other = onednn::second_forward_desc(engine, descs, attr);
  const bool direct = other && std::string_view(other.impl_info_str()).starts_with("jit:avx512");
  return direct ? other : first;
}

void fill_forward(ConvPrimitive& made, const dnnl::engine& engine, const onednn::ConvDescs& descs,
                  const ConvEpilogue& epilogue) {
  const auto found = best_forward(engine, descs, attributes(epilogue));
  made.run = dnnl::convolution_forward(found);
  made.packed_weights = found.weights_desc();
  made.scratch = found.scratchpad_desc();
}

void fill_backward(ConvPrimitive& made, const dnnl::engine& engine, const onednn::ConvDescs& descs,
                   ConvPass pass) {
  const auto attr = attributes({});
  const auto forward = onednn::forward_desc(engine, descs, attr);
  if (pass == ConvPass::grad_input) {
    const auto found = onednn::backward_data_desc(engine, descs, attr, forward);
    made.run = dnnl::convolution_backward_data(found);
    made.packed_weights = found.weights_desc();
    made.scratch = found.scratchpad_desc();
  } else {
    const auto found = onednn::backward_weights_desc(engine, descs, attr, forward);
    made.run = dnnl::convolution_backward_weights(found);
    made.packed_weights = found.diff_weights_desc();
    made.scratch = found.scratchpad_desc();
  }
}

dnnl::reorder make_reorder(const dnnl::engine& engine, const dnnl::memory::desc& from,
                           const dnnl::memory::desc& to) {
  return dnnl::reorder(dnnl::reorder::primitive_desc(engine, from, engine, to));
}

void fill_reorder(ConvPrimitive& made, const dnnl::engine& engine, ConvPass pass) {
  if (made.packed_weights == made.plain_weights) return;
  made.reorder = pass == ConvPass::grad_weight
                     ? make_reorder(engine, made.packed_weights, made.plain_weights)
                     : make_reorder(engine, made.plain_weights, made.packed_weights);
}

}  // namespace

ConvPrimitive make_conv_primitive(const dnnl::engine& engine, ConvPass pass,
                                  const ConvProblem& problem, const ConvEpilogue& epilogue) {
  const auto descs = conv_descs(problem, epilogue.bias);
  ConvPrimitive made;
  made.x = descs.x;
  made.y = descs.y;
  made.bias = descs.bias;
  made.plain_weights = weights_desc(problem, Tag::ohwi);
  try {
    if (pass == ConvPass::forward)
      fill_forward(made, engine, descs, epilogue);
    else
      fill_backward(made, engine, descs, pass);
    fill_reorder(made, engine, pass);
  } catch (const dnnl::error& error) {
    fail(ExitCode::run_failed,
         fmt::format("oneDNN cannot convolve images {} with weights {}, stride {}, padding {} "
                     "({}); try the ref backend",
                     to_string(problem.x_shape()), to_string(problem.w_shape()), problem.stride,
                     problem.padding, error.what()));
  }
  return made;
}

}  // namespace switchyard
