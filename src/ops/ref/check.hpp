#pragma once
// What the reference kernels ask of their arguments before they touch memory.

#include <string_view>

#include "base/error.hpp"
#include "device/tensor.hpp"

namespace switchyard::ref {

/// x is defined and has this shape and type; the Error names it `name`.
void expect(const Tensor& x, std::string_view name, const Shape& shape, DType dtype);
/// x is defined and has this many dimensions.
void expect_rank(const Tensor& x, std::string_view name, int rank);
/// x is defined and has at least one dimension.
void expect_rows(const Tensor& x, std::string_view name);

/// rows (R,C) and weights (B,k) are of one type, place (B k) is i32.
void expect_combination(const Tensor& rows, const Tensor& place, const Tensor& weights);

/// The length of all dimensions but the last, and but the first.
std::int64_t rows_of_matrix(const Tensor& x);
std::int64_t elements_per_row(const Tensor& x);

}  // namespace switchyard::ref
