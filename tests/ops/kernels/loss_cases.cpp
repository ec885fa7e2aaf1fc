#include <fmt/format.h>

#include "ops/kernels/host_data.hpp"
#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kExact = 0.0;

KernelCase cross_entropy(std::int64_t rows, std::int64_t classes, double smoothing) {
  return {fmt::format("cross_entropy_{}x{}_smoothed_{:.0f}", rows, classes, 100 * smoothing),
          {{rows, classes}, {1}},
          kFloatSums,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor labels = random_integers<std::int32_t>(backend, {rows, 1}, 0, classes);
            return {backend.cross_entropy_sum(in[0], labels, smoothing),
                    backend.cross_entropy_sum_grad(in[1], in[0], labels, smoothing)};
          }};
}

KernelCase squared_cv(std::int64_t entries) {
  return {
      fmt::format("squared_cv_{}", entries),
      {{entries}, {1}},
      kFloatSums,
      [](Backend& backend, const Tensors& in) -> Tensors {
        const Tensor positive = backend.unary(UnaryOp::exp, 0, in[0]);
        return {backend.squared_cv(positive, 0.5), backend.squared_cv_grad(in[1], positive, 0.5)};
      }};
}

KernelCase not_finite() {
  return {"not_finite", {{1}}, kExact, [](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor zero = backend.scale(in[0], 0);
            const Tensor infinite = backend.unary(UnaryOp::reciprocal, 0, zero);
            return {backend.not_finite(in[0]), backend.not_finite(infinite),
                    backend.not_finite(backend.binary(BinaryOp::mul, infinite, zero))};
          }};
}

}  // namespace

std::vector<KernelCase> loss_cases() {
  return {cross_entropy(37, 10, 0),
          cross_entropy(37, 10, 0.1),
          cross_entropy(3000, 10, 0.1),
          cross_entropy(130, 100, 0),
          cross_entropy(5, 1, 0.1),
          cross_entropy(0, 10, 0.1),
          squared_cv(2),
          squared_cv(8),
          squared_cv(1000),
          not_finite()};
}

}  // namespace switchyard::test
