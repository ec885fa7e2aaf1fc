// What follows from a choice of experts: groups, keys, figures.

#include <fmt/format.h>

#include "ops/kernels/host_data.hpp"
#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kExact = 0.0;
constexpr double kDoubleSums = 1e-12;

/// Some of the groups stay empty.
KernelCase groups(std::int64_t rows, std::int64_t k, int count) {
  return {
      fmt::format("group_{}x{}_by_{}", rows, k, count),
      {},
      kExact,
      [=](Backend& backend, const Tensors&) -> Tensors {
        const Tensor chosen = random_integers<std::int32_t>(backend, {rows, k}, count / 4, count);
        const Tensor ids = random_integers<std::int64_t>(backend, {rows}, 0, std::int64_t{1} << 40);
        const Grouping by = backend.group_by(chosen, count);
        return {by.place, by.row, by.offsets, backend.routed_keys(ids, chosen, by.place, count)};
      }};
}

/// Probabilities need not sum to one here; relu makes zeros among them.
KernelCase sums(std::int64_t rows, std::int64_t experts, std::int64_t k) {
  return {fmt::format("routing_sums_{}x{}", rows, experts),
          {{rows, experts}},
          kDoubleSums,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor probs = backend.relu(in[0]);
            const Tensor chosen = random_integers<std::int32_t>(backend, {rows, k}, 0, experts);
            return {backend.routing_sums(probs, chosen), backend.routing_sums(probs, {})};
          }};
}

/// relu makes ties for the first place.
KernelCase correct(std::int64_t rows, std::int64_t classes) {
  return {fmt::format("count_correct_{}x{}", rows, classes),
          {{rows, classes}},
          kExact,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor labels = random_integers<std::int32_t>(backend, {rows}, 0, classes);
            return {backend.count_correct(in[0], labels),
                    backend.count_correct(backend.relu(in[0]), labels)};
          }};
}

}  // namespace

std::vector<KernelCase> routing_cases() {
  return {groups(37, 2, 8),   groups(1, 1, 1), groups(700, 1, 64), groups(3000, 2, 5),
          groups(9, 3, 1024), groups(0, 2, 8), groups(5, 0, 4),    sums(37, 8, 2),
          sums(5003, 16, 2),  sums(3, 1, 1),   sums(0, 8, 2),      correct(37, 10),
          correct(3000, 10),  correct(700, 1), correct(0, 10)};
}

}  // namespace switchyard::test
