// Making, converting and copying tensors in host memory.

#include <algorithm>
#include <cstring>
#include <utility>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

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
      return dispatch_float(dtype, std::forward<F>(f));
  }
}

}  // namespace

RefBackend::RefBackend() : allocator_(make_host_allocator()) {}

Tensor RefBackend::full(Shape shape, DType dtype, double value) {
  Tensor y = empty(std::move(shape), dtype);
  dispatch_any(dtype, [&]<class T>() { std::ranges::fill(y.span<T>(), static_cast<T>(value)); });
  return y;
}

Tensor RefBackend::convert(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return from_host(x.raw(), x.shape(), dtype);
  Tensor y = empty(x.shape(), dtype);
  dispatch_float(dtype, [&]<class To>() {
    dispatch_any(x.dtype(), [&]<class From>() {
      std::ranges::transform(x.span<From>(), y.data<To>(),
                             [](From value) { return static_cast<To>(value); });
    });
  });
  return y;
}

Tensor RefBackend::from_host(const void* source, Shape shape, DType dtype) {
  Tensor y = empty(std::move(shape), dtype);
  if (y.bytes() > 0) std::memcpy(y.raw(), source, y.bytes());
  return y;
}

void RefBackend::to_host(const Tensor& x, void* destination) {
  if (x.bytes() > 0) std::memcpy(destination, x.raw(), x.bytes());
}

}  // namespace switchyard
