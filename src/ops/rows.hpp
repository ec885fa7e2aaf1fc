#pragma once
// Differentiable selection of rows and columns. Indices are constants (i32).

#include <span>

#include "ops/tape.hpp"

namespace switchyard {

/// y[r] = x[index[r]]; a negative index gives zeros.
Variable gather_rows(Tape& tape, const Variable& x, const Tensor& index);
/// y[b] = sum_j weights[b,j] rows[place[b k + j]], place (B k), weights (B,k), as
/// Backend::combine_rows says. One kernel each way; with probes on the tape, a composition.
Variable combine_rows(Tape& tape, const Variable& rows, const Tensor& place,
                      const Variable& weights);
/// y[b,j] = x[b, index[b,j]], index (B,k).
Variable gather_columns(Tape& tape, const Variable& x, const Tensor& index);
/// (B,columns) with x[b,j] added at column index[b,j], zero elsewhere.
Variable scatter_columns(Tape& tape, const Variable& x, const Tensor& index, std::int64_t columns);
/// Columns [begin, end) of a matrix.
Variable slice_columns(Tape& tape, const Variable& x, std::int64_t begin, std::int64_t end);
/// Matrices of equal row count, side by side.
Variable concat_columns(Tape& tape, std::span<const Variable> parts);

}  // namespace switchyard
