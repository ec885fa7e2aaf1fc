#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/elementwise_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {

Tensor CudaBackend::scale(const Tensor& x, double factor) {
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_scale(x.data<T>(), factor, y.data<T>(), y.numel(), stream());
  });
  return y;
}

void CudaBackend::accumulate(Tensor& into, const Tensor& x) {
  ref::expect(x, "the addend", into.shape(), into.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    T* sum = into.data<T>();
    launch_binary_same_shape(BinaryOp::add, sum, x.data<T>(), sum, into.numel(), stream());
  });
}

void CudaBackend::add_scaled(Tensor& into, const Tensor& x, double factor) {
  ref::expect(x, "the addend", into.shape(), into.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_add_scaled(into.data<T>(), x.data<T>(), factor, into.numel(), stream());
  });
}

Tensor CudaBackend::unary(UnaryOp op, int order, const Tensor& x) {
  SY_REQUIRE(0 <= order && order <= 2, ExitCode::run_failed,
             "derivatives of orders 0 to 2 are known (asked for {})", order);
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_unary(op, order, x.data<T>(), y.data<T>(), y.numel(), stream());
  });
  return y;
}

Tensor CudaBackend::relu(const Tensor& x) {
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_compute(x.dtype(),
                   [&]<class T>() { launch_relu(x.data<T>(), y.data<T>(), y.numel(), stream()); });
  return y;
}

Tensor CudaBackend::relu_grad(const Tensor& dy, const Tensor& y) {
  ref::expect(y, "the output of relu", dy.shape(), dy.dtype());
  Tensor dx = empty(dy.shape(), dy.dtype());
  dispatch_compute(dy.dtype(), [&]<class T>() {
    launch_relu_grad(dy.data<T>(), y.data<T>(), dx.data<T>(), dx.numel(), stream());
  });
  return dx;
}

}  // namespace switchyard
