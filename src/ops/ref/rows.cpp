// Kernels that move or search whole rows.

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "ops/ref/check.hpp"
#include "ops/ref/matrix_check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

void require_index(std::int32_t index, std::int64_t rows) {
  SY_REQUIRE(index < rows, ExitCode::run_failed, "row index {} is not in a tensor of {} rows",
             index, rows);
}

// The column of the largest entry that is not yet taken; of equals the lowest.
template <class T>
std::int64_t best_column(const T* row, const std::vector<bool>& taken) {
  std::int64_t best = -1;
  for (std::size_t c = 0; c < taken.size(); ++c) {
    if (!taken[c] && (best < 0 || row[c] > row[best])) best = static_cast<std::int64_t>(c);
  }
  return best;
}

}  // namespace

Tensor RefBackend::gather_rows(const Tensor& x, const Tensor& index) {
  ref::expect_gather(x, index);
  Tensor y = empty(ref::with_rows(x, index.dim(0)), x.dtype());
  const std::size_t row_bytes =
      static_cast<std::size_t>(ref::elements_per_row(x)) * size_of(x.dtype());
  std::byte* to = y.raw();
  for (std::int32_t row : index.span<std::int32_t>()) {
    require_index(row, x.dim(0));
    if (row < 0)
      std::memset(to, 0, row_bytes);
    else
      std::memcpy(to, x.raw() + static_cast<std::size_t>(row) * row_bytes, row_bytes);
    to += row_bytes;
  }
  return y;
}

Tensor RefBackend::scatter_add_rows(const Tensor& x, const Tensor& index, std::int64_t rows) {
  ref::expect_scatter(x, index);
  const std::int64_t length = ref::elements_per_row(x);
  Tensor y = zeros(ref::with_rows(x, rows), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    for (std::int32_t row : index.span<std::int32_t>()) {
      require_index(row, rows);
      if (row >= 0) {
        T* to = y.data<T>() + row * length;
        std::transform(to, to + length, from, to, std::plus<T>());
      }
      from += length;
    }
  });
  return y;
}

Tensor RefBackend::row_max(const Tensor& x) {
  ref::expect_row_entries(x);
  Tensor y = empty({x.dim(0), 1}, x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    for (std::int64_t r = 0; r < x.dim(0); ++r) {
      const T* row = x.data<T>() + r * x.dim(1);
      y.data<T>()[r] = *std::max_element(row, row + x.dim(1));
    }
  });
  return y;
}

Tensor RefBackend::topk(const Tensor& x, int k) {
  ref::expect_topk(x, k);
  Tensor y = empty({x.dim(0), k}, DType::i32);
  dispatch_float(x.dtype(), [&]<class T>() {
    std::int32_t* chosen = y.data<std::int32_t>();
    for (std::int64_t r = 0; r < x.dim(0); ++r) {
      std::vector<bool> taken(x.dim(1), false);
      for (int j = 0; j < k; ++j) {
        const std::int64_t column = best_column(x.data<T>() + r * x.dim(1), taken);
        taken[column] = true;
        *chosen++ = static_cast<std::int32_t>(column);
      }
    }
  });
  return y;
}

// The (k+1)-th of all where e is among the first k, else the k-th.
Tensor RefBackend::kth_other(const Tensor& x, int k) {
  ref::expect_kth_other(x, k);
  const Tensor best = topk(x, k + 1);
  Tensor y = empty(x.shape(), DType::i32);
  for (std::int64_t r = 0; r < x.dim(0); ++r) {
    const std::int32_t* row_best = best.data<std::int32_t>() + r * (k + 1);
    std::int32_t* row = y.data<std::int32_t>() + r * x.dim(1);
    std::fill_n(row, x.dim(1), row_best[k - 1]);
    for (int j = 0; j < k; ++j) row[row_best[j]] = row_best[k];
  }
  return y;
}

}  // namespace switchyard
