// The broadcasts a training step makes: equal shapes, and a matrix with a row, a column or a
// scalar. All others are the reference's.

#include <algorithm>
#include <optional>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/parallel.hpp"

namespace switchyard {
namespace {

/// How far an operand moves for one row and for one column of the result.
struct Steps {
  std::int64_t row;
  bool column;
};

/// True when `shape` is (columns) with leading ones, and no longer than `rank`.
bool is_row(const Shape& shape, std::int64_t columns, int rank) {
  return !shape.empty() && std::ssize(shape) <= rank && shape.back() == columns &&
         std::all_of(shape.begin(), shape.end() - 1, [](std::int64_t d) { return d == 1; });
}

/// The steps of an operand of `shape` against a result of `out`, at least a vector; nothing where
/// the broadcast is of another kind.
std::optional<Steps> steps(const Shape& shape, const Shape& out) {
  const int rank = static_cast<int>(out.size());
  const std::int64_t columns = out.back();
  if (shape == out) return Steps{columns, true};
  if (is_row(shape, columns, rank)) return Steps{0, true};
  if (std::ssize(shape) <= rank && count_elements(shape) == 1) return Steps{0, false};
  if (rank == 2 && shape == Shape{out[0], 1}) return Steps{1, false};
  return std::nullopt;
}

template <BinaryOp op, class T>
T apply(T a, T b) {
  if constexpr (op == BinaryOp::add)
    return a + b;
  else if constexpr (op == BinaryOp::sub)
    return a - b;
  else
    return a * b;
}

template <BinaryOp op, bool a_moves, bool b_moves, class T>
void run(const T* a, const T* b, T* y, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = apply<op>(a[a_moves ? i : 0], b[b_moves ? i : 0]);
}

template <BinaryOp op, class T>
void run(const T* a, bool a_moves, const T* b, bool b_moves, T* y, std::int64_t count) {
  if (a_moves && b_moves)
    run<op, true, true>(a, b, y, count);
  else if (a_moves)
    run<op, true, false>(a, b, y, count);
  else if (b_moves)
    run<op, false, true>(a, b, y, count);
  else
    run<op, false, false>(a, b, y, count);
}

template <BinaryOp op, class T>
void run_matrix(const Tensor& a, Steps a_steps, const Tensor& b, Steps b_steps, Tensor& y) {
  const std::int64_t columns = y.dim(-1);
  const T *from_a = a.data<T>(), *from_b = b.data<T>();
  T* to = y.data<T>();
  if (a.shape() == b.shape()) {  // long runs, however narrow the matrix
    parallel_for(y.numel(), kElementGrain, [=](std::int64_t begin, std::int64_t end) {
      run<op, true, true>(from_a + begin, from_b + begin, to + begin, end - begin);
    });
    return;
  }
  const std::int64_t rows = y.numel() / std::max<std::int64_t>(columns, 1);
  parallel_for(rows, row_grain(columns), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r)
      run<op>(from_a + r * a_steps.row, a_steps.column, from_b + r * b_steps.row, b_steps.column,
              to + r * columns, columns);
  });
}

}  // namespace

Tensor CpuBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b) {
  const bool a_is_larger = a.rank() > b.rank() || (a.rank() == b.rank() && a.numel() >= b.numel());
  const Shape& out = a_is_larger ? a.shape() : b.shape();
  if (a.dtype() != b.dtype() || out.empty()) return RefBackend::binary(op, a, b);
  const auto a_steps = steps(a.shape(), out), b_steps = steps(b.shape(), out);
  if (!a_steps || !b_steps) return RefBackend::binary(op, a, b);

  Tensor y = empty(out, a.dtype());
  dispatch_float(a.dtype(), [&]<class T>() {
    switch (op) {
      case BinaryOp::add:
        return run_matrix<BinaryOp::add, T>(a, *a_steps, b, *b_steps, y);
      case BinaryOp::sub:
        return run_matrix<BinaryOp::sub, T>(a, *a_steps, b, *b_steps, y);
      case BinaryOp::mul:
        return run_matrix<BinaryOp::mul, T>(a, *a_steps, b, *b_steps, y);
    }
  });
  return y;
}

}  // namespace switchyard
