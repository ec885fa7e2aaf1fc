#pragma once
// The table of kernel calls on which the fast backends are compared to the reference.

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "ops/backend.hpp"

namespace switchyard::test {

using Tensors = std::vector<Tensor>;

/// How a call is made in bf16: the inputs are rounded to bf16, the reference sees them in f32.
struct InBf16 {
  double tolerance;                  ///< as KernelCase's
  std::vector<std::size_t> masters;  ///< the inputs that stay in f32
};

/// Of results that are rounded to bf16 once, and of sums made in float.
inline constexpr double kBf16Rounding = 4e-3;
inline constexpr double kFloatSums = 1e-5;

struct KernelCase {
  std::string name;  ///< letters, digits and underscores
  /// Shapes of the inputs, which are filled with standard normal numbers of the type under test.
  std::vector<Shape> inputs;
  /// Norm-wise relative error of each result in f32, 0 for equal numbers; in f64 it is 1e-13.
  double tolerance;
  /// Leaves its inputs as they are. Results may be of any type.
  std::function<Tensors(Backend&, const Tensors&)> run;
  /// Empty where no activation of a model goes through the kernel.
  std::optional<InBf16> bf16 = {};
};

/// How GoogleTest names a case.
inline void PrintTo(const KernelCase& each, std::ostream* out) {
  *out << each.name;
}

std::vector<KernelCase> batch_norm_cases();
std::vector<KernelCase> conv2d_cases();
std::vector<KernelCase> elementwise_cases();
std::vector<KernelCase> grouped_linear_cases();
std::vector<KernelCase> image_cases();
std::vector<KernelCase> loss_cases();
std::vector<KernelCase> matrix_cases();
std::vector<KernelCase> random_cases();
std::vector<KernelCase> reduction_cases();
std::vector<KernelCase> routing_cases();
std::vector<KernelCase> row_cases();
std::vector<KernelCase> topk_routing_cases();
std::vector<KernelCase> unary_cases();
std::vector<KernelCase> vector_cases();

/// All of the above.
std::vector<KernelCase> all_kernel_cases();

}  // namespace switchyard::test
