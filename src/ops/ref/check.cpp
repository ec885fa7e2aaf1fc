#include "ops/ref/check.hpp"

#include <functional>
#include <numeric>

namespace switchyard::ref {

void expect(const Tensor& x, std::string_view name, const Shape& shape, DType dtype) {
  SY_REQUIRE(x.defined(), ExitCode::run_failed, "{} is missing (expected {} of {})", name,
             to_string(shape), to_string(dtype));
  SY_REQUIRE(x.shape() == shape && x.dtype() == dtype, ExitCode::run_failed,
             "{} is {} of {} (expected {} of {})", name, to_string(x.shape()), to_string(x.dtype()),
             to_string(shape), to_string(dtype));
}

void expect_rank(const Tensor& x, std::string_view name, int rank) {
  SY_REQUIRE(x.defined() && x.rank() == rank, ExitCode::run_failed,
             "{} has shape {} (expected {} dimensions)", name, to_string(x.shape()), rank);
}

void expect_rows(const Tensor& x, std::string_view name) {
  SY_REQUIRE(x.defined() && x.rank() >= 1, ExitCode::run_failed,
             "{} has shape {} (expected at least one dimension)", name, to_string(x.shape()));
}

void expect_combination(const Tensor& rows, const Tensor& place, const Tensor& weights) {
  expect_rank(rows, "the matrix of rows to combine", 2);
  expect_rank(weights, "the matrix of weights", 2);
  expect(weights, "the matrix of weights", weights.shape(), rows.dtype());
  expect(place, "the places of rows to combine", {weights.numel()}, DType::i32);
}

std::int64_t rows_of_matrix(const Tensor& x) {
  return std::accumulate(x.shape().begin(), x.shape().end() - 1, std::int64_t{1},
                         std::multiplies<>());
}

std::int64_t elements_per_row(const Tensor& x) {
  return std::accumulate(x.shape().begin() + 1, x.shape().end(), std::int64_t{1},
                         std::multiplies<>());
}

}  // namespace switchyard::ref
