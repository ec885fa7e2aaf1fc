// NumPy broadcasting: shapes are aligned at their last dimension, and a dimension of length 1, or
// a missing one, is read again and again (stride 0).

#include <algorithm>
#include <functional>
#include <vector>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()));
  for (std::size_t i = 1; i <= shape.size(); ++i) {
    std::int64_t da = i <= a.size() ? a[a.size() - i] : 1;
    std::int64_t db = i <= b.size() ? b[b.size() - i] : 1;
    SY_REQUIRE(da == db || da == 1 || db == 1, ExitCode::run_failed,
               "shapes {} and {} cannot be broadcast together (lengths {} and {} differ)",
               to_string(a), to_string(b), da, db);
    shape[shape.size() - i] = da == 1 ? db : da;
  }
  return shape;
}

// Steps through a tensor of shape `small` for every dimension of `large`.
Shape broadcast_strides(const Shape& small, const Shape& large) {
  Shape strides(large.size(), 0);
  std::int64_t step = 1;
  for (std::size_t i = 1; i <= small.size(); ++i) {
    std::int64_t length = small[small.size() - i];
    if (length != 1) strides[large.size() - i] = step;
    step *= length;
  }
  return strides;
}

// A tensor of shape `small` seen with shape `large`, row by row of the last dimension.
class BroadcastRows {
 public:
  BroadcastRows(const Shape& small, const Shape& large)
      : large_(large), strides_(broadcast_strides(small, large)) {}

  /// Where row r of `large` begins in `small`, and the step along it.
  std::int64_t begin(std::int64_t r) const {
    std::int64_t offset = 0;
    for (std::int64_t d = static_cast<std::int64_t>(large_.size()) - 2; d >= 0; --d) {
      offset += r % large_[d] * strides_[d];
      r /= large_[d];
    }
    return offset;
  }
  std::int64_t step() const { return strides_.empty() ? 0 : strides_.back(); }

 private:
  Shape large_, strides_;
};

std::int64_t row_length(const Shape& shape) {
  return shape.empty() ? 1 : shape.back();
}

std::int64_t row_count(const Shape& shape) {
  return count_elements(shape) / std::max<std::int64_t>(row_length(shape), 1);
}

void require_broadcastable(const Shape& small, const Shape& large) {
  SY_REQUIRE(broadcast_shape(small, large) == large, ExitCode::run_failed,
             "{} does not broadcast to {}", to_string(small), to_string(large));
}

template <class T, class F>
void apply_rows(const Tensor& a, const Tensor& b, Tensor& y, F f) {
  const BroadcastRows rows_a(a.shape(), y.shape()), rows_b(b.shape(), y.shape());
  const std::int64_t length = row_length(y.shape());
  for (std::int64_t r = 0; r < row_count(y.shape()); ++r) {
    const T* row_a = a.data<T>() + rows_a.begin(r);
    const T* row_b = b.data<T>() + rows_b.begin(r);
    T* row_y = y.data<T>() + r * length;
    for (std::int64_t i = 0; i < length; ++i) {
      row_y[i] = f(row_a[i * rows_a.step()], row_b[i * rows_b.step()]);
    }
  }
}

}  // namespace

Tensor RefBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b) {
  ref::expect(b, "the second operand", b.shape(), a.dtype());
  Tensor y = empty(broadcast_shape(a.shape(), b.shape()), a.dtype());
  dispatch_float(a.dtype(), [&]<class T>() {
    switch (op) {
      case BinaryOp::add:
        return apply_rows<T>(a, b, y, std::plus<T>());
      case BinaryOp::sub:
        return apply_rows<T>(a, b, y, std::minus<T>());
      case BinaryOp::mul:
        return apply_rows<T>(a, b, y, std::multiplies<T>());
    }
  });
  return y;
}

Tensor RefBackend::sum_to(const Tensor& x, const Shape& shape) {
  require_broadcastable(shape, x.shape());
  const BroadcastRows rows(shape, x.shape());
  const std::int64_t length = row_length(x.shape());
  Tensor sum = zeros(shape, DType::f64);
  dispatch_float(x.dtype(), [&]<class T>() {
    for (std::int64_t r = 0; r < row_count(x.shape()); ++r) {
      double* row_sum = sum.data<double>() + rows.begin(r);
      const T* row = x.data<T>() + r * length;
      for (std::int64_t i = 0; i < length; ++i) row_sum[i * rows.step()] += row[i];
    }
  });
  return convert(sum, x.dtype());
}

Tensor RefBackend::broadcast_to(const Tensor& x, const Shape& shape) {
  require_broadcastable(x.shape(), shape);
  const BroadcastRows rows(x.shape(), shape);
  const std::int64_t length = row_length(shape);
  Tensor y = empty(shape, x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    for (std::int64_t r = 0; r < row_count(shape); ++r) {
      const T* source = x.data<T>() + rows.begin(r);
      T* row = y.data<T>() + r * length;
      for (std::int64_t i = 0; i < length; ++i) row[i] = source[i * rows.step()];
    }
  });
  return y;
}

}  // namespace switchyard
