// Making, converting and copying tensors in host memory.

#include <algorithm>
#include <cstring>
#include <utility>

#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// To and from bf16 by way of float.
template <class To, class From>
To cast(From value) {
  if constexpr (std::is_same_v<From, BFloat16>)
    return static_cast<To>(static_cast<float>(value));
  else if constexpr (std::is_same_v<To, BFloat16>)
    return BFloat16(static_cast<float>(value));
  else
    return static_cast<To>(value);
}

template <class To>
void convert_to(const Tensor& x, Tensor& y) {
  dispatch_any(x.dtype(), [&]<class From>() {
    std::ranges::transform(x.span<From>(), y.data<To>(), cast<To, From>);
  });
}

}  // namespace

RefBackend::RefBackend() : allocator_(make_host_allocator()) {}

Tensor RefBackend::full(Shape shape, DType dtype, double value) {
  Tensor y = empty(std::move(shape), dtype);
  dispatch_any(dtype, [&]<class T>() { std::ranges::fill(y.span<T>(), cast<T>(value)); });
  return y;
}

Tensor RefBackend::convert(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return from_host(x.raw(), x.shape(), dtype);
  Tensor y = empty(x.shape(), dtype);
  if (dtype == DType::bf16)
    convert_to<BFloat16>(x, y);
  else
    dispatch_float(dtype, [&]<class To>() { convert_to<To>(x, y); });
  return y;
}

void RefBackend::assign(Tensor& into, const Tensor& x) {
  ref::expect(x, "what is assigned", into.shape(), into.dtype());
  upload(x.raw(), into);
}

void RefBackend::upload(const void* source, Tensor& into) {
  if (into.bytes() > 0) std::memcpy(into.raw(), source, into.bytes());
}

void RefBackend::to_host(const Tensor& x, void* destination) {
  if (x.bytes() > 0) std::memcpy(destination, x.raw(), x.bytes());
}

}  // namespace switchyard
