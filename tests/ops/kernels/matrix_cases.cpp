#include <fmt/format.h>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 2e-6;

KernelCase products(std::int64_t m, std::int64_t n, std::int64_t k) {
  return {fmt::format("matmul_{}_{}_{}", m, n, k),
          {{m, k}, {k, m}, {k, n}, {n, k}},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const auto no = Transpose::no, yes = Transpose::yes;
            return {backend.matmul(in[0], no, in[2], no), backend.matmul(in[0], no, in[3], yes),
                    backend.matmul(in[1], yes, in[2], no), backend.matmul(in[1], yes, in[3], yes)};
          }};
}

KernelCase linear(std::int64_t rows, std::int64_t out, std::int64_t in_size) {
  return {fmt::format("linear_{}_{}_{}", rows, out, in_size),
          {{rows, in_size}, {out, in_size}, {out}},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            return {backend.linear(in[0], in[1], in[2]), backend.linear(in[0], in[1], {})};
          }};
}

KernelCase grouped() {
  return {
      "grouped_linear",
      {{7, 5}, {7, 3}, {3, 5}, {3, 5}, {3, 5}, {3}, {3}, {3}},
      kTolerance,
      [](Backend& backend, const Tensors& in) -> Tensors {
        const std::vector<std::int64_t> offsets{0, 4, 4, 7};
        const std::span all(in);
        Tensors out = backend.grouped_linear_grad_weight(in[0], in[1], offsets);
        for (Tensor& bias : backend.grouped_linear_grad_bias(in[1], offsets))
          out.push_back(std::move(bias));
        out.push_back(backend.grouped_linear(in[0], offsets, all.subspan(2, 3), all.subspan(5, 3)));
        out.push_back(backend.grouped_linear_grad_input(in[1], offsets, all.subspan(2, 3)));
        return out;
      }};
}

}  // namespace

std::vector<KernelCase> matrix_cases() {
  return {products(5, 7, 3), products(1, 1, 1), products(64, 65, 130),
          products(0, 4, 3), products(4, 0, 3), products(4, 3, 0),
          linear(9, 10, 33), linear(0, 4, 3),   linear(128, 10, 512),
          linear(3, 2, 0),   grouped()};
}

}  // namespace switchyard::test
