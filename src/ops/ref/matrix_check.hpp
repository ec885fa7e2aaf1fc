#pragma once
// What the kernels on rows and columns of matrices ask of their arguments. Whether an index lies
// within the matrix is not looked at.

#include <span>

#include "device/tensor.hpp"

namespace switchyard::ref {

/// x's shape with another number of rows.
Shape with_rows(const Tensor& x, std::int64_t rows);

/// x (N,...) and index (R) i32.
void expect_gather(const Tensor& x, const Tensor& index);
/// x (R,...) and index (R) i32.
void expect_scatter(const Tensor& x, const Tensor& index);
/// x (B,C) and index (B,k) i32.
void expect_gather_columns(const Tensor& x, const Tensor& index);
/// x (B,k) and index (B,k) i32.
void expect_scatter_columns(const Tensor& x, const Tensor& index);
/// At least one matrix, all of equal row count and type. Gives how many columns they have together.
std::int64_t expect_side_by_side(std::span<const Tensor> parts);
/// Columns [begin, end) of x (B,C).
void expect_slice(const Tensor& x, std::int64_t begin, std::int64_t end);
/// x (B,C) has an entry in each row.
void expect_row_entries(const Tensor& x);
/// k in [0, C] of x (B,C).
void expect_topk(const Tensor& x, int k);
/// k in [1, C) of x (B,C).
void expect_kth_other(const Tensor& x, int k);

}  // namespace switchyard::ref
