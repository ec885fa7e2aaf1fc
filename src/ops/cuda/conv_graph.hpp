#pragma once
// A convolution as a graph of cuDNN's operations.

#include <deque>

#include "ops/cuda/conv_operation.hpp"
#include "ops/cuda/cudnn_descriptor.hpp"

namespace switchyard {

/// The names that tensors have in a graph; the last three never reach memory.
enum class ConvTensor : std::int64_t {
  x = 1,
  w,
  y,
  bias,
  residual,
  product,
  with_residual,
  with_bias
};

/// Owns everything that the graph refers to.
class ConvGraph {
 public:
  ConvGraph(cudnnHandle_t handle, const ConvOperation& operation);

  const CudnnDescriptor& descriptor() const { return *graph_; }

 private:
  using Part = const CudnnDescriptor&;

  CudnnDescriptor& add(cudnnBackendDescriptorType_t type);
  /// `shape` with the channels last; in memory unless `fleeting`.
  Part tensor(ConvTensor name, const Shape& shape, DType dtype, std::int64_t alignment,
              bool fleeting = false);
  Part convolution(const ConvOperation& operation);
  Part convolve(const ConvOperation& operation, Part y);
  /// y = x + b with b broadcast, and y = max(x, 0) without b.
  Part pointwise(const ConvOperation& operation, Part x, const CudnnDescriptor* b, Part y);
  std::vector<const CudnnDescriptor*> fused_chain(const ConvOperation& operation, Part y);

  std::deque<CudnnDescriptor> parts_;  // stay in place
  CudnnDescriptor* graph_ = nullptr;
};

}  // namespace switchyard
