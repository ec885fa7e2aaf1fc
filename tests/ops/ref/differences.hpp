#pragma once
// Derivatives by central differences, to compare formulas with.

#include <functional>

#include "ops/ref/tensors.hpp"

namespace switchyard::test {

/// The derivative of `loss` by every element of x (f64), exact to about 1e-9.
inline std::vector<double> differences(Backend& backend, const Tensor& x,
                                       const std::function<double(const Tensor&)>& loss) {
  const double h = 1e-5;
  std::vector<double> slopes;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    Tensor right = backend.convert(x, DType::f64), left = backend.convert(x, DType::f64);
    right.data<double>()[i] += h;
    left.data<double>()[i] -= h;
    slopes.push_back((loss(right) - loss(left)) / (2 * h));
  }
  return slopes;
}

}  // namespace switchyard::test
