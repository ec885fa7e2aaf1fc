#pragma once
// Convolution as a product of matrices: every output pixel's patch of the input is a row (im2col),
// the weights (O, KH KW I) are the other factor. For what cuDNN has no engine for, double above
// all.

#include "device/cuda/cuda_device.hpp"
#include "ops/conv_problem.hpp"
#include "ops/cuda/cublas_engine.hpp"

namespace switchyard {

struct PatchEngine {
  CudaDevice& device;
  CublasEngine& cublas;
  /// Of patches held at once; more only where one image needs it.
  std::int64_t patch_bytes = std::int64_t{256} << 20;
};

/// No size of `problem` is 0. Patches are made for a part of the images at a time. All is enqueued.
void im2col_conv2d(const PatchEngine& engine, const ConvProblem& problem, const Tensor& x,
                   const Tensor& w, Tensor& y);
void im2col_conv2d_grad_input(const PatchEngine& engine, const ConvProblem& problem,
                              const Tensor& dy, const Tensor& w, Tensor& dx);
/// dw is f32 for bf16 x and dy, as its parts are added up in place.
void im2col_conv2d_grad_weight(const PatchEngine& engine, const ConvProblem& problem,
                               const Tensor& x, const Tensor& dy, Tensor& dw);

}  // namespace switchyard
