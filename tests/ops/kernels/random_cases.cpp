#include <fmt/format.h>

#include "ops/kernels/host_data.hpp"
#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 2e-7;

RandomKey key(Backend& backend, RandomPurpose purpose, std::int64_t step) {
  return {11, purpose, host_tensor<std::int64_t>(backend, {step})};
}

/// The only input, of one element, gives the type of the numbers.
KernelCase numbers(std::int64_t rows, std::int64_t columns, std::int64_t step) {
  return {fmt::format("random_{}x{}_at_{}", rows, columns, step),
          {{1}},
          kTolerance,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            const DType dtype = in[0].dtype();
            const Tensor ids =
                random_integers<std::int64_t>(backend, {rows}, 0, std::int64_t{1} << 40);
            const RandomKey noise = key(backend, RandomPurpose::gate_noise, step);
            const RandomKey dropout = key(backend, RandomPurpose::hidden_dropout, step);
            return {backend.random_normal(noise, ids, columns, dtype),
                    backend.dropout_mask(dropout, ids, columns, 0, 0.3, dtype),
                    backend.dropout_mask(dropout, ids, columns, 512, 0.5, dtype),
                    backend.dropout_mask(dropout, ids, columns, 0, 0.0, dtype)};
          },
          InBf16{kBf16Rounding, {}}};
}

}  // namespace

std::vector<KernelCase> random_cases() {
  return {numbers(1, 1, 0), numbers(37, 19, 5), numbers(300, 64, std::int64_t{1} << 33),
          numbers(0, 8, 1), numbers(8, 0, 1)};
}

}  // namespace switchyard::test
