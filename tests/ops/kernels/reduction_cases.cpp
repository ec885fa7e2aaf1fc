#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 1e-7;  // one rounding, of sums made in double

KernelCase sum_to(Shape from, Shape to) {
  return {
      fmt::format("sum_{}_to_{}", fmt::join(from, "x"), fmt::join(to, "x")),
      {from},
      kTolerance,
      [to](Backend& backend, const Tensors& in) -> Tensors { return {backend.sum_to(in[0], to)}; },
      InBf16{kBf16Rounding, {}}};
}

KernelCase pooling(Shape images) {
  return {fmt::format("pool_{}", fmt::join(images, "x")),
          {images, {images[0], images[3]}},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            return {backend.global_avg_pool(in[0]),
                    backend.global_avg_pool_grad(in[1], in[0].shape(), in[0].dtype())};
          },
          InBf16{kBf16Rounding, {1}}};
}

}  // namespace

std::vector<KernelCase> reduction_cases() {
  return {sum_to({37, 19}, {19}),     sum_to({37, 19}, {1, 19}),     sum_to({37, 19}, {37, 1}),
          sum_to({5003, 12}, {12}),   sum_to({5003, 12}, {5003, 1}), sum_to({2, 3, 4, 5}, {5}),
          sum_to({37, 19}, {1}),      sum_to({37, 19}, {}),          sum_to({2, 3, 4}, {3, 1}),
          sum_to({37, 19}, {37, 19}), sum_to({1, 19}, {19}),         sum_to({37, 1}, {1}),
          sum_to({0, 19}, {19}),      sum_to({37, 0}, {37, 1}),      sum_to({0, 19}, {0, 1}),
          pooling({3, 4, 5, 7}),      pooling({40, 4, 4, 64}),       pooling({0, 4, 4, 8}),
          pooling({2, 32, 32, 3})};
}

}  // namespace switchyard::test
