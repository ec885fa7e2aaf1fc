#pragma once
// Convolutions through cuDNN's graph interface, on the device's stream.
//
// The first run of an operation lists the engines that cuDNN proposes for it, drops those that the
// precision or repeatability rules out, times a few of the rest, and keeps the best; that takes
// up to seconds, waits for the device, and ends in one line for options.log. Later runs only
// enqueue, and may be captured. Workspaces come from the device's allocator.

#include <memory>

#include "ops/cuda/conv_operation.hpp"
#include "ops/cuda/cuda_backend.hpp"

namespace switchyard {

class CudnnEngine {
 public:
  /// `device` outlives the engine.
  CudnnEngine(CudaDevice& device, const CudaBackendOptions& options);
  ~CudnnEngine();

  /// Enqueues the operation, of which no size is 0. False, and nothing is enqueued, where cuDNN has
  /// no engine for it. An operation that is new while the device captures is an Error.
  bool run(const ConvOperation& operation, const ConvOperands& operands);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace switchyard
