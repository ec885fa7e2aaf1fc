#pragma once
// Tensors whose numbers any rank can compute for any other, so that a test knows what an exchange
// must deliver without an exchange.

#include "base/random.hpp"
#include "device/tensor.hpp"

namespace switchyard::test {

Allocator& allocator();

/// Standard normals, a function of (rank, tag, position) alone.
inline double number_of(int rank, int tag, std::int64_t position) {
  const RandomStream stream(1234 + tag, RandomPurpose::synthetic_data);
  return stream.normal(static_cast<std::uint64_t>(position), static_cast<std::uint32_t>(rank));
}

/// The tensor of `rank`: element i is number_of(rank, tag, i); integers are scaled by 1000.
template <class T>
Tensor tensor_of(int rank, int tag, Shape shape) {
  Tensor x(allocator(), std::move(shape), dtype_of<T>());
  const double scale = std::is_integral_v<T> ? 1000.0 : 1.0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data<T>()[i] = static_cast<T>(scale * number_of(rank, tag, i));
  }
  return x;
}

/// Sum of products of two tensors of doubles.
double dot(const Tensor& a, const Tensor& b);

}  // namespace switchyard::test
