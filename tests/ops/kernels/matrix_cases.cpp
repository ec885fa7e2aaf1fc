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
          },
          InBf16{kBf16Rounding, {}}};
}

KernelCase linear(std::int64_t rows, std::int64_t out, std::int64_t in_size) {
  return {fmt::format("linear_{}_{}_{}", rows, out, in_size),
          {{rows, in_size}, {out, in_size}, {out}},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            Tensors out;
            for (const Tensor& bias : {in[2], Tensor()})
              for (Activation act : {Activation::none, Activation::relu})
                out.push_back(backend.linear(in[0], in[1], bias, act));
            return out;
          },
          InBf16{kBf16Rounding, {}}};
}

}  // namespace

std::vector<KernelCase> matrix_cases() {
  return {products(5, 7, 3),    products(1, 1, 1), products(64, 65, 130), products(0, 4, 3),
          products(4, 0, 3),    products(4, 3, 0), linear(9, 10, 33),     linear(0, 4, 3),
          linear(128, 10, 512), linear(3, 2, 0)};
}

}  // namespace switchyard::test
