// Weighted sums of rows; see Backend::combine_rows.

#include <vector>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// Each place is a row or negative, and no row has two places.
void expect_places(const Tensor& place, std::int64_t rows) {
  std::vector<bool> named(static_cast<std::size_t>(rows), false);
  for (std::int32_t row : place.span<std::int32_t>()) {
    if (row < 0) continue;
    SY_REQUIRE(row < rows, ExitCode::run_failed, "place {} is not in a tensor of {} rows", row,
               rows);
    auto index = static_cast<std::size_t>(row);
    SY_REQUIRE(!named[index], ExitCode::run_failed,
               "two places name row {} of those to combine (expected one at most)", row);
    named[index] = true;
  }
}

// Calls use(sample, pair, row) for each place that names a row.
template <class Use>
void for_each_place(const Tensor& place, std::int64_t k, Use use) {
  const std::int32_t* row = place.data<std::int32_t>();
  for (std::int64_t pair = 0; pair < place.dim(0); ++pair)
    if (row[pair] >= 0) use(pair / k, pair, row[pair]);
}

}  // namespace

Tensor RefBackend::combine_rows(const Tensor& rows, const Tensor& place, const Tensor& weights) {
  ref::expect_combination(rows, place, weights);
  expect_places(place, rows.dim(0));
  const std::int64_t width = rows.dim(1);
  Tensor y = zeros({weights.dim(0), width}, rows.dtype());
  dispatch_float(rows.dtype(), [&]<class T>() {
    for_each_place(place, weights.dim(1), [&](auto sample, auto pair, auto row) {
      const T weight = weights.data<T>()[pair], *from = rows.data<T>() + row * width;
      T* to = y.data<T>() + sample * width;
      for (std::int64_t c = 0; c < width; ++c) to[c] += weight * from[c];
    });
  });
  return y;
}

CombinedGrads RefBackend::combine_rows_grad(const Tensor& dy, const Tensor& rows,
                                            const Tensor& place, const Tensor& weights) {
  ref::expect_combination(rows, place, weights);
  expect_places(place, rows.dim(0));
  const std::int64_t width = rows.dim(1);
  ref::expect(dy, "the gradient of the combined rows", {weights.dim(0), width}, rows.dtype());
  CombinedGrads grads{zeros(rows.shape(), rows.dtype()), zeros(weights.shape(), rows.dtype())};
  dispatch_float(rows.dtype(), [&]<class T>() {
    for_each_place(place, weights.dim(1), [&](auto sample, auto pair, auto row) {
      const T weight = weights.data<T>()[pair], *x = rows.data<T>() + row * width;
      const T* g = dy.data<T>() + sample * width;
      T* dx = grads.rows.data<T>() + row * width;
      double product = 0;
      for (std::int64_t c = 0; c < width; ++c) {
        dx[c] = weight * g[c];
        product += static_cast<double>(g[c]) * static_cast<double>(x[c]);
      }
      grads.weights.data<T>()[pair] = static_cast<T>(product);
    });
  });
  return grads;
}

}  // namespace switchyard
