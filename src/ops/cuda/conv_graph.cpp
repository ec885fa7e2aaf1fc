#include "ops/cuda/conv_graph.hpp"

#include <array>

#include "base/error.hpp"

namespace switchyard {
namespace {

using Dimensions = std::array<std::int64_t, 4>;

cudnnDataType_t cudnn_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return CUDNN_DATA_FLOAT;
    case DType::f64:
      return CUDNN_DATA_DOUBLE;
    case DType::bf16:
      return CUDNN_DATA_BFLOAT16;
    default:
      fail(ExitCode::run_failed,
           fmt::format("images are convolved in f32, f64 or bf16 (found {})", to_string(dtype)));
  }
}

DType compute_type(const ConvOperation& operation) {
  return operation.dtype == DType::f64 ? DType::f64 : DType::f32;
}

void set_scalar(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t name, double value,
                const ConvOperation& operation) {
  if (compute_type(operation) == DType::f64)
    descriptor.set(name, value);
  else
    descriptor.set(name, static_cast<float>(value));
}

/// The attributes of the three operations, which differ in name alone.
struct ConvAttributes {
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t alpha, beta, convolution, x, w, y;
};

ConvAttributes attributes_of(ConvKind kind) {
  switch (kind) {
    case ConvKind::forward:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y};
    case ConvKind::grad_input:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY};
    case ConvKind::grad_weight:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY};
  }
  fail(ExitCode::run_failed, "unknown kind of convolution");
}

}  // namespace

ConvGraph::ConvGraph(cudnnHandle_t handle, const ConvOperation& operation) {
  Part y = tensor(ConvTensor::y, operation.problem.y_shape(), operation.dtype, operation.alignment);
  std::vector<const CudnnDescriptor*> operations;
  if (operation.fusion.fused)
    operations = fused_chain(operation, y);
  else
    operations.push_back(&convolve(operation, y));
  graph_ = &add(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph_->set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle)
      .set_parts(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations)
      .finalize();
}

CudnnDescriptor& ConvGraph::add(cudnnBackendDescriptorType_t type) {
  return parts_.emplace_back(type);
}

ConvGraph::Part ConvGraph::tensor(ConvTensor name, const Shape& shape, DType dtype,
                                  std::int64_t alignment, bool fleeting) {
  const auto [n, h, w, c] = std::tuple(shape[0], shape[1], shape[2], shape[3]);
  const Dimensions dimensions{n, c, h, w}, strides{h * w * c, 1, w * c, c};
  CudnnDescriptor& made = add(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, static_cast<std::int64_t>(name))
      .set(CUDNN_ATTR_TENSOR_DATA_TYPE, cudnn_type(dtype))
      .set_list<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS, dimensions)
      .set_list<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES, strides)
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, alignment)
      .set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, fleeting)
      .finalize();
  return made;
}

ConvGraph::Part ConvGraph::convolution(const ConvOperation& operation) {
  using Pair = std::array<std::int64_t, 2>;
  const std::int64_t stride = operation.problem.stride, padding = operation.problem.padding;
  CudnnDescriptor& made = add(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  made.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, cudnn_type(compute_type(operation)))
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION)
      .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2})
      .set_list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_DILATIONS, Pair{1, 1})
      .set_list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Pair{stride, stride})
      .set_list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, Pair{padding, padding})
      .set_list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, Pair{padding, padding})
      .finalize();
  return made;
}

ConvGraph::Part ConvGraph::convolve(const ConvOperation& operation, Part y) {
  const ConvAttributes names = attributes_of(operation.kind);
  Part x = tensor(ConvTensor::x, operation.problem.x_shape(), operation.dtype, operation.alignment);
  Part w = tensor(ConvTensor::w, operation.problem.w_shape(), operation.dtype, operation.alignment);
  Part by = convolution(operation);
  CudnnDescriptor& made = add(names.operation);
  made.set_part(names.convolution, by)
      .set_part(names.x, x)
      .set_part(names.w, w)
      .set_part(names.y, y);
  set_scalar(made, names.alpha, 1.0, operation);
  set_scalar(made, names.beta, 0.0, operation);
  made.finalize();
  return made;
}

ConvGraph::Part ConvGraph::pointwise(const ConvOperation& operation, Part x,
                                     const CudnnDescriptor* b, Part y) {
  CudnnDescriptor& function = add(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  function.set(CUDNN_ATTR_POINTWISE_MODE, b ? CUDNN_POINTWISE_ADD : CUDNN_POINTWISE_RELU_FWD)
      .set(CUDNN_ATTR_POINTWISE_MATH_PREC, cudnn_type(compute_type(operation)))
      .finalize();
  CudnnDescriptor& made = add(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  made.set_part(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function)
      .set_part(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x)
      .set_part(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
  set_scalar(made, CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 1.0, operation);
  if (b) {
    made.set_part(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *b);
    set_scalar(made, CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, 1.0, operation);
  }
  made.finalize();
  return made;
}

// In the order of cuDNN's precompiled fusions: convolution, residual, bias, activation.
std::vector<const CudnnDescriptor*> ConvGraph::fused_chain(const ConvOperation& operation, Part y) {
  const Shape shape = operation.problem.y_shape();
  const DType between = compute_type(operation);
  const auto fleeting = [&](ConvTensor name) -> Part {
    return tensor(name, shape, between, operation.alignment, true);
  };
  const CudnnDescriptor* sum = &fleeting(ConvTensor::product);
  std::vector<const CudnnDescriptor*> chain{&convolve(operation, *sum)};
  if (operation.fusion.residual) {
    Part residual = tensor(ConvTensor::residual, shape, operation.dtype, operation.alignment);
    Part next = fleeting(ConvTensor::with_residual);
    chain.push_back(&pointwise(operation, *sum, &residual, next));
    sum = &next;
  }
  Part bias = tensor(ConvTensor::bias, {1, 1, 1, shape.back()}, operation.fusion.bias_dtype,
                     operation.alignment);
  const bool relu = operation.fusion.relu;
  Part biased = relu ? fleeting(ConvTensor::with_bias) : y;
  chain.push_back(&pointwise(operation, *sum, &bias, biased));
  if (relu) chain.push_back(&pointwise(operation, biased, nullptr, y));
  return chain;
}

}  // namespace switchyard
