// Making, converting and copying tensors in device memory.

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/memory_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
Tensor CudaBackend::full(Shape shape, DType dtype, double value) {
  Tensor y = empty(std::move(shape), dtype);
  dispatch_any(dtype, [&]<class T>() {
    const T element = [value] {
      if constexpr (std::is_same_v<T, BFloat16>)
        return BFloat16(static_cast<float>(value));
      else
        return static_cast<T>(value);
    }();
    launch_fill(y.data<T>(), y.numel(), element, stream());
  });
  return y;
}

Tensor CudaBackend::convert(const Tensor& x, DType dtype) {
  Tensor y = empty(x.shape(), dtype);
  if (x.dtype() == dtype) {
    device_.copy(x.raw(), y.raw(), y.bytes());
    return y;
  }
  dispatch_compute(dtype, [&]<class To>() {
    dispatch_any(x.dtype(), [&]<class From>() {
      launch_convert(x.data<From>(), y.data<To>(), y.numel(), stream());
    });
  });
  return y;
}

void CudaBackend::assign(Tensor& into, const Tensor& x) {
  ref::expect(x, "what is assigned", into.shape(), into.dtype());
  device_.copy(x.raw(), into.raw(), x.bytes());
}

}  // namespace switchyard
