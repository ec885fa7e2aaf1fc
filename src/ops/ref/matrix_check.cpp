#include "ops/ref/matrix_check.hpp"

#include "ops/ref/check.hpp"

namespace switchyard::ref {

Shape with_rows(const Tensor& x, std::int64_t rows) {
  Shape shape = x.shape();
  shape[0] = rows;
  return shape;
}

void expect_gather(const Tensor& x, const Tensor& index) {
  expect_rows(x, "the tensor to gather from");
  expect_rank(index, "the row index", 1);
  expect(index, "the row index", index.shape(), DType::i32);
}

void expect_scatter(const Tensor& x, const Tensor& index) {
  expect_rows(x, "the tensor to scatter");
  expect(index, "the row index", {x.dim(0)}, DType::i32);
}

void expect_gather_columns(const Tensor& x, const Tensor& index) {
  expect_rank(x, "the matrix", 2);
  expect_rank(index, "the column index", 2);
  expect(index, "the column index", {x.dim(0), index.dim(1)}, DType::i32);
}

void expect_scatter_columns(const Tensor& x, const Tensor& index) {
  expect_rank(x, "the matrix", 2);
  expect(index, "the column index", x.shape(), DType::i32);
}

std::int64_t expect_side_by_side(std::span<const Tensor> parts) {
  SY_REQUIRE(!parts.empty(), ExitCode::run_failed, "there are no matrices to put side by side");
  std::int64_t columns = 0;
  for (const Tensor& part : parts) {
    expect_rank(part, "a part", 2);
    expect(part, "a part", {parts[0].dim(0), part.dim(1)}, parts[0].dtype());
    columns += part.dim(1);
  }
  return columns;
}

void expect_slice(const Tensor& x, std::int64_t begin, std::int64_t end) {
  expect_rank(x, "the matrix", 2);
  SY_REQUIRE(0 <= begin && begin <= end && end <= x.dim(1), ExitCode::run_failed,
             "columns [{}, {}) are not in a matrix of shape {}", begin, end, to_string(x.shape()));
}

void expect_row_entries(const Tensor& x) {
  expect_rank(x, "the matrix", 2);
  SY_REQUIRE(x.dim(1) > 0 || x.dim(0) == 0, ExitCode::run_failed,
             "a matrix of shape {} has no largest entries", to_string(x.shape()));
}

void expect_topk(const Tensor& x, int k) {
  expect_rank(x, "the matrix", 2);
  SY_REQUIRE(0 <= k && k <= x.dim(1), ExitCode::run_failed,
             "cannot choose the {} largest of {} columns", k, x.dim(1));
}

void expect_kth_other(const Tensor& x, int k) {
  expect_rank(x, "the matrix", 2);
  SY_REQUIRE(0 < k && k < x.dim(1), ExitCode::run_failed,
             "there is no {}-th largest of the other columns in a matrix of {} columns", k,
             x.dim(1));
}

}  // namespace switchyard::ref
