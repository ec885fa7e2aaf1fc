// Convolutions of the backend: shapes are checked here, cuDNN convolves; what it has no engine for
// becomes a product of matrices.

#include "ops/cuda/cublas_engine.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/cudnn_engine.hpp"
#include "ops/cuda/im2col.hpp"
#include "ops/cuda/prepared_conv2d.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {

Tensor CudaBackend::conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) {
  const ConvProblem problem = conv_problem(x.shape(), w.shape(), spec);
  ref::expect(w, "the convolution weight", w.shape(), x.dtype());
  if (problem.empty()) return zeros(problem.y_shape(), x.dtype());
  Tensor y = empty(problem.y_shape(), x.dtype());
  if (!cudnn_->run({ConvKind::forward, x.dtype(), problem}, {x, w, y}))
    im2col_conv2d({device_, *cublas_}, problem, x, w, y);
  return y;
}

Tensor CudaBackend::conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                                      const Shape& x_shape) {
  const ConvProblem problem = conv_problem(x_shape, w.shape(), spec);
  ref::expect(dy, "the gradient of the convolution", problem.y_shape(), w.dtype());
  if (problem.empty()) return zeros(x_shape, dy.dtype());
  Tensor dx = empty(x_shape, dy.dtype());
  if (!cudnn_->run({ConvKind::grad_input, dy.dtype(), problem}, {dx, w, dy}))
    im2col_conv2d_grad_input({device_, *cublas_}, problem, dy, w, dx);
  return dx;
}

Tensor CudaBackend::conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                                       const Shape& w_shape) {
  const ConvProblem problem = conv_problem(x.shape(), w_shape, spec);
  ref::expect(dy, "the gradient of the convolution", problem.y_shape(), x.dtype());
  if (problem.empty()) return zeros(w_shape, x.dtype());
  Tensor dw = empty(w_shape, x.dtype());
  if (cudnn_->run({ConvKind::grad_weight, x.dtype(), problem}, {x, dw, dy})) return dw;
  if (x.dtype() == DType::bf16) dw = empty(w_shape, DType::f32);
  im2col_conv2d_grad_weight({device_, *cublas_}, problem, x, dy, dw);
  return dw.dtype() == x.dtype() ? dw : convert(dw, x.dtype());
}

std::unique_ptr<PreparedConv2d> CudaBackend::prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                            Conv2dSpec spec, Activation act) {
  ref::expect_rank(w, "the convolution weight", 4);
  const DType bias_dtype =
      bias.dtype() == DType::f32 && w.dtype() == DType::bf16 ? DType::f32 : w.dtype();
  ref::expect(bias, "the convolution bias", {w.dim(0)}, bias_dtype);
  return std::make_unique<CudaPreparedConv2d>(*this, *cudnn_, convert(w, w.dtype()),
                                              convert(bias, bias_dtype), spec, act);
}

}  // namespace switchyard
