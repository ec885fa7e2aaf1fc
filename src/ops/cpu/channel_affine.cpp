// Sums by channel are bound by memory: every tensor is read once.

#include <vector>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/parallel.hpp"
#include "ops/ref/channel_check.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

/// Memory of one pass. What is absent is not read, but for an absent offset, which is zeros.
template <class T>
struct Pointers {
  const T *first, *first_slope, *second, *second_slope, *offset, *addend, *mask;
  T* y;
};

template <bool two_terms, bool has_addend, bool masked, class T>
void affine_rows(const Pointers<T>& at, std::int64_t begin, std::int64_t end,
                 std::int64_t columns) {
  for (std::int64_t i = begin * columns; i < end * columns; i += columns) {
    const T *first = at.first + i, *second = at.second + i, *addend = at.addend + i,
            *mask = at.mask + i;
    T* y = at.y + i;
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) {
      T value = first[c] * at.first_slope[c] + at.offset[c];
      if constexpr (two_terms) value += second[c] * at.second_slope[c];
      if constexpr (has_addend) value += addend[c];
      if constexpr (masked) value = mask[c] > T{0} ? value : T{0};
      y[c] = value;
    }
  }
}

/// f(std::true_type or std::false_type).
template <class F>
void with_flag(bool flag, F&& f) {
  flag ? f(std::true_type()) : f(std::false_type());
}

template <class T>
void affine(const ChannelSum& sum, Tensor& y) {
  const std::int64_t columns = y.dim(-1);
  const std::vector<T> zeros(sum.offset ? 0 : static_cast<std::size_t>(columns));
  // What is absent points at memory that exists, so that offsets into it mean something.
  auto data = [&](const Tensor& x) { return (x ? x : sum.first.x).template data<T>(); };
  const Pointers<T> at{sum.first.x.data<T>(),
                       sum.first.slope.data<T>(),
                       data(sum.second.x),
                       data(sum.second.slope),
                       sum.offset ? sum.offset.data<T>() : zeros.data(),
                       data(sum.addend),
                       data(sum.mask),
                       y.data<T>()};
  parallel_for(ref::rows_of_matrix(y), row_grain(columns),
               [&](std::int64_t begin, std::int64_t end) {
                 with_flag(sum.second.x.defined(), [&](auto two_terms) {
                   with_flag(sum.addend.defined(), [&](auto has_addend) {
                     with_flag(sum.mask.defined(), [&](auto masked) {
                       affine_rows<two_terms(), has_addend(), masked()>(at, begin, end, columns);
                     });
                   });
                 });
               });
}

}  // namespace

Tensor CpuBackend::channel_affine(const ChannelSum& sum) {
  ref::expect_channel_sum(sum);
  Tensor y = empty(sum.first.x.shape(), sum.first.x.dtype());
  dispatch_float(y.dtype(), [&]<class T>() { affine<T>(sum, y); });
  return y;
}

}  // namespace switchyard
