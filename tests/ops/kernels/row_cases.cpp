// Kernels that move and search rows and columns.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/kernels/host_data.hpp"
#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kMoved = 0.0;
constexpr double kSummed = 2e-7;

/// Indices from -1 (absent) to the last row, with repetitions.
KernelCase rows(const Shape& x, std::int64_t picks) {
  Shape picked = x;
  picked[0] = picks;
  return {
      fmt::format("rows_{}_of_{}", picks, fmt::join(x, "x")),
      {x, picked},
      kSummed,
      [=](Backend& backend, const Tensors& in) -> Tensors {
        const Tensor index = random_integers<std::int32_t>(backend, {picks}, -1, x[0]);
        return {backend.gather_rows(in[0], index), backend.scatter_add_rows(in[1], index, x[0])};
      },
      InBf16{2 * kBf16Rounding, {}}};
}

/// Every row goes to another place, as in a dispatch.
KernelCase permutation(std::int64_t count, std::int64_t columns) {
  return {
      fmt::format("permuted_rows_{}x{}", count, columns),
      {{count, columns}},
      kMoved,
      [=](Backend& backend, const Tensors& in) -> Tensors {
        std::vector<std::int32_t> place(static_cast<std::size_t>(count));
        for (std::int64_t r = 0; r < count; ++r)
          place[static_cast<std::size_t>(r)] = static_cast<std::int32_t>(r * 7 % count);
        const Tensor index = host_tensor(backend, place);
        return {backend.gather_rows(in[0], index), backend.scatter_add_rows(in[0], index, count)};
      },
      InBf16{kMoved, {}}};
}

/// Some rows that no place names, and some places that name no row.
KernelCase combination(std::int64_t samples, std::int64_t k, std::int64_t columns) {
  const std::int64_t pairs = samples * k, rows = pairs + 3;
  return {fmt::format("combination_of_{}_for_{}x{}", k, samples, columns),
          {{rows, columns}, {samples, k}, {samples, columns}},
          1e-6,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            std::vector<std::int32_t> places(static_cast<std::size_t>(pairs));
            for (std::int64_t i = 0; i < pairs; ++i)
              places[static_cast<std::size_t>(i)] =
                  static_cast<std::int32_t>(i % 5 == 3 ? -1 : pairs - 1 - i);
            const Tensor place = host_tensor(backend, places);
            const CombinedGrads grads = backend.combine_rows_grad(in[2], in[0], place, in[1]);
            return {backend.combine_rows(in[0], place, in[1]), grads.rows, grads.weights};
          },
          InBf16{kBf16Rounding, {}}};
}

KernelCase integer_rows() {
  return {"integer_rows", {}, kMoved, [](Backend& backend, const Tensors&) -> Tensors {
            const Tensor keys =
                random_integers<std::int64_t>(backend, {9, 1}, 0, std::int64_t{1} << 50);
            const Tensor bytes = random_integers<std::uint8_t>(backend, {9, 5}, 0, 256);
            const Tensor index = host_tensor<std::int32_t>(backend, {4, 0, -1, 3, 3});
            return {backend.gather_rows(keys, index), backend.gather_rows(bytes, index),
                    backend.gather_rows(index, index)};
          }};
}

KernelCase columns(std::int64_t rows, std::int64_t columns, std::int64_t picks) {
  return {fmt::format("columns_{}_of_{}x{}", picks, rows, columns),
          {{rows, columns}, {rows, picks}},
          kSummed,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor index = random_integers<std::int32_t>(backend, {rows, picks}, 0, columns);
            return {backend.gather_columns(in[0], index),
                    backend.scatter_add_columns(in[1], index, columns)};
          },
          InBf16{2 * kBf16Rounding, {}}};
}

KernelCase side_by_side(std::int64_t rows) {
  return {fmt::format("side_by_side_{}", rows),
          {{rows, 5}, {rows, 0}, {rows, 1}, {rows, 16}},
          kMoved,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor all = backend.concat_columns(in);
            return {all, backend.slice_columns(all, 3, 20), backend.slice_columns(all, 4, 4),
                    backend.slice_columns(all, 0, 22)};
          },
          InBf16{kMoved, {}}};
}

/// Rounded inputs make ties in bf16; relu makes them in all types.
KernelCase largest(std::int64_t rows, std::int64_t columns, int k) {
  return {fmt::format("largest_{}_of_{}x{}", k, rows, columns),
          {{rows, columns}},
          kMoved,
          [k](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor tied = backend.relu(in[0]);
            Tensors out{backend.row_max(in[0]), backend.topk(in[0], k), backend.topk(tied, k)};
            if (k < in[0].dim(1)) {
              out.push_back(backend.kth_other(in[0], k));
              out.push_back(backend.kth_other(tied, k));
            }
            return out;
          },
          InBf16{kMoved, {}}};
}

}  // namespace

std::vector<KernelCase> row_cases() {
  return {rows({5, 3}, 9),        rows({64, 512}, 130),    rows({7, 2, 3, 4}, 4),
          rows({300, 10}, 2000),  rows({3, 8}, 0),         rows({0, 8}, 3),
          permutation(1, 1),      permutation(129, 512),   permutation(1024, 33),
          integer_rows(),         columns(37, 8, 2),       columns(300, 40, 40),
          columns(0, 8, 2),       columns(5, 8, 0),        side_by_side(37),
          side_by_side(1),        side_by_side(0),         combination(512, 2, 10),
          combination(37, 1, 10), combination(21, 3, 512), combination(33, 2, 100),
          combination(2, 4, 1),   combination(0, 2, 10),   combination(5, 0, 8),
          combination(5, 2, 0),   largest(37, 8, 2),       largest(300, 40, 5),
          largest(3, 300, 17),    largest(5, 2, 1),        largest(5, 3, 3),
          largest(4, 1, 1),       largest(0, 8, 2)};
}

}  // namespace switchyard::test
