#pragma once
// How far a backend's results are from the reference's, and whether they repeat.

#include <cmath>
#include <cstring>
#include <vector>

#include "device/tensor.hpp"

namespace switchyard::test {

/// |found - expected| / |expected| in the Euclidean norm; the absolute error where that is 0.
inline double relative_error(const std::vector<double>& found,
                             const std::vector<double>& expected) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference += std::pow(found[i] - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return std::sqrt(norm > 0 ? difference / norm : difference);
}

/// Of tensors in host memory.
inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.bytes() == b.bytes() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

}  // namespace switchyard::test
