// Matrix products, summed in double and rounded once.

#include <algorithm>
#include <vector>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// op(a) as contiguous doubles.
struct Matrix {
  std::int64_t rows, columns;
  std::vector<double> values;

  const double* row(std::int64_t r) const { return values.data() + r * columns; }
};

template <class T>
Matrix load(const Tensor& a, Transpose transpose) {
  const std::int64_t rows = a.dim(0), columns = a.dim(1);
  const auto source = a.span<T>();
  if (transpose == Transpose::no) return {rows, columns, {source.begin(), source.end()}};
  Matrix m{columns, rows, std::vector<double>(source.size())};
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) m.values[c * rows + r] = source[r * columns + c];
  }
  return m;
}

// y = op(a) op(b) + bias; `bias` holds one number a column.
template <class T>
void multiply(const Matrix& a, const Matrix& b, const std::vector<double>& bias, Tensor& y) {
  std::vector<double> sum(b.columns);
  for (std::int64_t r = 0; r < a.rows; ++r) {
    std::ranges::copy(bias, sum.begin());
    for (std::int64_t k = 0; k < a.columns; ++k) {
      const double factor = a.row(r)[k];
      const double* row = b.row(k);
      for (std::int64_t c = 0; c < b.columns; ++c) sum[c] += factor * row[c];
    }
    std::ranges::transform(sum, y.data<T>() + r * b.columns,
                           [](double v) { return static_cast<T>(v); });
  }
}

Tensor product(Backend& backend, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
               const Tensor& bias) {
  ref::expect_rank(a, "the left factor", 2);
  ref::expect_rank(b, "the right factor", 2);
  ref::expect(b, "the right factor", b.shape(), a.dtype());
  const std::int64_t rows = a.dim(ta == Transpose::no ? 0 : 1);
  const std::int64_t columns = b.dim(tb == Transpose::no ? 1 : 0);
  const std::int64_t inner_a = a.dim(ta == Transpose::no ? 1 : 0);
  const std::int64_t inner_b = b.dim(tb == Transpose::no ? 0 : 1);
  SY_REQUIRE(inner_a == inner_b, ExitCode::run_failed,
             "cannot multiply {}{} by {}{} (inner dimensions {} and {} differ)",
             to_string(a.shape()), ta == Transpose::yes ? " transposed" : "", to_string(b.shape()),
             tb == Transpose::yes ? " transposed" : "", inner_a, inner_b);
  if (bias) ref::expect(bias, "the bias", {columns}, a.dtype());
  Tensor y = backend.empty({rows, columns}, a.dtype());
  dispatch_float(a.dtype(), [&]<class T>() {
    std::vector<double> start(columns, 0.0);
    if (bias) std::ranges::copy(bias.span<T>(), start.begin());
    multiply<T>(load<T>(a, ta), load<T>(b, tb), start, y);
  });
  return y;
}

}  // namespace

Tensor RefBackend::matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) {
  return product(*this, a, ta, b, tb, Tensor{});
}

Tensor RefBackend::linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) {
  const Tensor y = product(*this, x, Transpose::no, w, Transpose::yes, bias);
  return act == Activation::relu ? relu(y) : y;
}

}  // namespace switchyard
