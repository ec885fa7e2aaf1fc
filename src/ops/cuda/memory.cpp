// Making, converting and copying tensors in device memory.

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/dispatch.hpp"
#include "ops/cuda/memory_kernels.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

template <class F>
void dispatch_any(DType dtype, F&& f) {
  switch (dtype) {
    case DType::i32:
      return f.template operator()<std::int32_t>();
    case DType::i64:
      return f.template operator()<std::int64_t>();
    case DType::u8:
      return f.template operator()<std::uint8_t>();
    default:
      return dispatch_compute(dtype, std::forward<F>(f));
  }
}

}  // namespace

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
