#include "ops/cpu/conv_engine.hpp"
#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/patch_conv2d.hpp"
#include "ops/cpu/prepared_conv2d.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {

Tensor CpuBackend::conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) {
  const ConvProblem problem = conv_problem(x.shape(), w.shape(), spec);
  ref::expect(w, "the convolution weight", w.shape(), x.dtype());
  if (problem.empty()) return zeros(problem.y_shape(), x.dtype());
  return x.dtype() == DType::f64 ? patch_conv2d(allocator(), problem, x, w)
                                 : conv_engine_->forward(problem, x, w);
}

Tensor CpuBackend::conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                                     const Shape& x_shape) {
  const ConvProblem problem = conv_problem(x_shape, w.shape(), spec);
  ref::expect(dy, "the gradient of the convolution", problem.y_shape(), w.dtype());
  if (problem.empty()) return zeros(x_shape, dy.dtype());
  return dy.dtype() == DType::f64 ? patch_conv2d_grad_input(allocator(), problem, dy, w)
                                  : conv_engine_->grad_input(problem, dy, w);
}

Tensor CpuBackend::conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                                      const Shape& w_shape) {
  const ConvProblem problem = conv_problem(x.shape(), w_shape, spec);
  ref::expect(dy, "the gradient of the convolution", problem.y_shape(), x.dtype());
  if (problem.empty()) return zeros(w_shape, x.dtype());
  return x.dtype() == DType::f64 ? patch_conv2d_grad_weight(allocator(), problem, x, dy)
                                 : conv_engine_->grad_weight(problem, x, dy);
}

std::unique_ptr<PreparedConv2d> CpuBackend::prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                           Conv2dSpec spec, Activation act) {
  ref::expect_rank(w, "the convolution weight", 4);
  ref::expect(bias, "the convolution bias", {w.dim(0)}, w.dtype());
  if (w.dtype() != DType::f32) return RefBackend::prepare_conv2d(w, bias, spec, act);
  return std::make_unique<FusedConv2d>(*this, *conv_engine_, convert(w, w.dtype()),
                                       convert(bias, bias.dtype()), spec, act);
}

}  // namespace switchyard
