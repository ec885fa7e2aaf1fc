#pragma once
// The fast CPU backend: oneDNN convolutions, OpenBLAS GEMMs, OpenMP loops where a training step
// spends its time. What is not overridden here costs next to nothing and is the reference's.

#include "ops/ref/ref_backend.hpp"

namespace switchyard {

class ConvEngine;

/// Used by one thread at a time; its kernels run on OpenMP's threads.
class CpuBackend : public RefBackend {
 public:
  CpuBackend();
  ~CpuBackend() override;

  std::string_view name() const override { return "cpu"; }

  /// f32 through oneDNN; f64 as patches times weights (im2col and GEMM).
  Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) override;
  Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                           const Shape& x_shape) override;
  Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                            const Shape& w_shape) override;
  std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                 Conv2dSpec spec, Activation act) override;

  Tensor matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) override;
  Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) override;

  Tensor binary(BinaryOp op, const Tensor& a, const Tensor& b) override;
  Tensor scale(const Tensor& x, double factor) override;
  void accumulate(Tensor& into, const Tensor& x) override;
  void add_scaled(Tensor& into, const Tensor& x, double factor) override;
  Tensor relu(const Tensor& x) override;
  Tensor relu_grad(const Tensor& dy, const Tensor& y) override;
  Tensor sum_to(const Tensor& x, const Shape& shape) override;

  Tensor global_avg_pool(const Tensor& x) override;
  Tensor global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) override;

  Tensor batch_norm_sums(const Tensor& x) override;
  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override;
  BatchNormGradSums batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                                         const BatchMoments& moments) override;
  BatchNormGradSums batch_norm_grad_sums_tangent(const Tensor& dy, const Tensor& tdy,
                                                 const Tensor& y, const Tensor& x, const Tensor& tx,
                                                 const BatchMoments& moments) override;
  BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                const BatchMoments& moments, const Tensor& gamma,
                                const Tensor& sums, const Tensor& count,
                                bool want_residual) override;
  Tensor channel_affine(const ChannelSum& sum) override;

  Tensor dots(std::span<const Tensor> a, std::span<const Tensor> b) override;
  void sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                const SgdScalars& scalars) override;

 private:
  std::unique_ptr<ConvEngine> conv_engine_;
};

}  // namespace switchyard
