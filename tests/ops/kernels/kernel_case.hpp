#pragma once
// The table of kernel calls on which the fast backends are compared to the reference.

#include <functional>
#include <string>
#include <vector>

#include "ops/backend.hpp"

namespace switchyard::test {

using Tensors = std::vector<Tensor>;

struct KernelCase {
  std::string name;  ///< letters, digits and underscores
  /// Shapes of the inputs, which are filled with standard normal numbers of the type under test.
  std::vector<Shape> inputs;
  /// Norm-wise relative error of each result in f32, 0 for equal bits; in f64 it is 1e-13.
  double tolerance;
  /// Leaves its inputs as they are.
  std::function<Tensors(Backend&, const Tensors&)> run;
};

std::vector<KernelCase> batch_norm_cases();
std::vector<KernelCase> conv2d_cases();
std::vector<KernelCase> elementwise_cases();
std::vector<KernelCase> matrix_cases();
std::vector<KernelCase> reduction_cases();

}  // namespace switchyard::test
