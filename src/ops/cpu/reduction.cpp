#include "ops/cpu/reduction.hpp"

#include <array>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/ref/vector_check.hpp"

namespace switchyard {
namespace {

template <class T>
Tensor sum_to_columns(Backend& backend, const Tensor& x, const Shape& shape) {
  const std::int64_t columns = x.dim(-1), rows = x.numel() / columns;
  const T* from = x.data<T>();
  std::vector<double> sums(static_cast<std::size_t>(columns));
  blocked_sums(rows, columns, x.numel(), sums.data(),
               [=](std::int64_t begin, std::int64_t end, double* partial) {
                 add_columns<1>(begin, end, columns, partial, [=](std::int64_t i, std::int64_t) {
                   return std::array<double, 1>{static_cast<double>(from[i])};
                 });
               });
  Tensor y = backend.empty(shape, x.dtype());
  for (std::int64_t c = 0; c < columns; ++c) y.data<T>()[c] = static_cast<T>(sums[c]);
  return y;
}

template <class T>
Tensor sum_rows(Backend& backend, const Tensor& x) {
  const std::int64_t rows = x.dim(0), columns = x.dim(1);
  Tensor y = backend.empty({rows, 1}, x.dtype());
  const T* from = x.data<T>();
  T* to = y.data<T>();
  parallel_for(rows, row_grain(columns), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r)
      to[r] = static_cast<T>(sum_run(r * columns, (r + 1) * columns,
                                     [=](std::int64_t i) { return static_cast<double>(from[i]); }));
  });
  return y;
}

template <class T>
double sum_of_products(const Tensor& a, const Tensor& b) {
  double sum = 0.0;
  const T *from_a = a.data<T>(), *from_b = b.data<T>();
  blocked_sums(a.numel(), 1, a.numel(), &sum,
               [=](std::int64_t begin, std::int64_t end, double* partial) {
                 *partial = sum_run(begin, end, [=](std::int64_t i) {
                   return static_cast<double>(from_a[i]) * static_cast<double>(from_b[i]);
                 });
               });
  return sum;
}

}  // namespace

Tensor CpuBackend::sum_to(const Tensor& x, const Shape& shape) {
  if (x.numel() > 0 && x.rank() >= 2) {
    const std::int64_t columns = x.dim(-1);
    if (shape == Shape{columns} || shape == Shape{1, columns})
      return dispatch_float(x.dtype(),
                            [&]<class T>() { return sum_to_columns<T>(*this, x, shape); });
    if (x.rank() == 2 && shape == Shape{x.dim(0), 1})
      return dispatch_float(x.dtype(), [&]<class T>() { return sum_rows<T>(*this, x); });
  }
  return RefBackend::sum_to(x, shape);
}

Tensor CpuBackend::dots(std::span<const Tensor> a, std::span<const Tensor> b) {
  ref::expect_pairs(a, b);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += dispatch_float(a[i].dtype(), [&]<class T>() { return sum_of_products<T>(a[i], b[i]); });
  return full({1}, DType::f64, sum);
}

}  // namespace switchyard
