#pragma once
// A convolution with bias, residual and activation in one of cuDNN's kernels, or in two.

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/cudnn_engine.hpp"

namespace switchyard {

class CudaPreparedConv2d final : public PreparedConv2d {
 public:
  /// Keeps w (O,KH,KW,I) and bias (O), of w's type or f32; backend and engine outlive this object.
  CudaPreparedConv2d(CudaBackend& backend, CudnnEngine& engine, Tensor w, Tensor bias,
                     Conv2dSpec spec, Activation act);

  Tensor run(const Tensor& x, const Tensor& residual) override;

 private:
  CudaBackend& backend_;
  CudnnEngine& engine_;
  Tensor w_, bias_;
  Conv2dSpec spec_;
  Activation act_;
};

}  // namespace switchyard
