#pragma once
// Inputs of kernels that are not floating-point numbers: fixed data, made on the host.

#include <cstdint>
#include <vector>

#include "ops/backend.hpp"

namespace switchyard::test {

template <class T>
Tensor host_tensor(Backend& backend, const std::vector<T>& values) {
  return backend.from_host(values.data(), {static_cast<std::int64_t>(values.size())},
                           dtype_of<T>());
}

/// Integers in [low, high), the same on every call.
template <class T>
Tensor random_integers(Backend& backend, Shape shape, std::int64_t low, std::int64_t high) {
  const RandomStream stream(5, RandomPurpose::synthetic_data);
  std::vector<T> values(static_cast<std::size_t>(count_elements(shape)));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<T>(low + static_cast<std::int64_t>(stream.below(
                                         static_cast<std::uint64_t>(high - low), i, 0)));
  return backend.from_host(values.data(), std::move(shape), dtype_of<T>());
}

}  // namespace switchyard::test
