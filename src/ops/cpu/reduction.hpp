#pragma once
// Sums over rows in double, whose bits do not depend on the number of threads.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ops/cpu/parallel.hpp"

namespace switchyard {

/// Blocks that the rows of a reduction are cut into, whatever the thread count.
inline constexpr std::int64_t kReductionBlocks = 32;

/// out[0..width) = the sum over blocks of what body(begin, end, partial) adds to its zeroed partial
/// (width) for rows [begin, end). Blocks run in parallel and are summed in order; `work` is the
/// number of elements read in all.
template <class Body>
void blocked_sums(std::int64_t rows, std::int64_t width, std::int64_t work, double* out,
                  Body&& body) {
  std::vector<double> partials(static_cast<std::size_t>(kReductionBlocks * width));
  const std::int64_t grain = work < 2 * kElementGrain ? kReductionBlocks : 1;
  parallel_for(kReductionBlocks, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t block = first; block < last; ++block)
      body(rows * block / kReductionBlocks, rows * (block + 1) / kReductionBlocks,
           partials.data() + block * width);
  });
  std::fill_n(out, width, 0.0);
  for (std::int64_t block = 0; block < kReductionBlocks; ++block)
    for (std::int64_t i = 0; i < width; ++i) out[i] += partials[block * width + i];
}

/// Adds `Rows` rows of term to `into`, loading and storing the sums once. Not `omp simd`, which
/// would keep `total` in memory.
template <int Rows, int Sums, class Term>
void add_row_group(std::int64_t row, std::int64_t columns, double* __restrict into, Term& term) {
#pragma GCC ivdep
  for (std::int64_t c = 0; c < columns; ++c) {
    double total[Sums] = {};
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      const auto terms = term((row + r) * columns + c, c);
      for (int k = 0; k < Sums; ++k) total[k] += terms[k];
    }
    for (int k = 0; k < Sums; ++k) into[k * columns + c] += total[k];
  }
}

/// into (Sums, columns) += the sum over rows [begin, end) of term(element index, column), which
/// yields Sums doubles.
template <int Sums, class Term>
void add_columns(std::int64_t begin, std::int64_t end, std::int64_t columns, double* into,
                 Term term) {
  constexpr int kGroup = 4;
  std::int64_t row = begin;
  for (; row + kGroup <= end; row += kGroup) add_row_group<kGroup, Sums>(row, columns, into, term);
  for (; row < end; ++row) add_row_group<1, Sums>(row, columns, into, term);
}

/// Sum over [0, count) of term(i) for one contiguous run.
template <class Term>
double sum_run(std::int64_t begin, std::int64_t end, Term term) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t i = begin; i < end; ++i) total += term(i);
  return total;
}

}  // namespace switchyard
