#include "device/cuda/launch.hpp"
#include "ops/cuda/columns_kernels.hpp"
#include "ops/cuda/compute.hpp"

namespace switchyard {
namespace {

template <class T>
struct GatherColumns {
  const T* x;
  const std::int32_t* index;
  T* y;
  std::int64_t columns, picks;
  __device__ void operator()(std::int64_t i) const { y[i] = x[i / picks * columns + index[i]]; }
};

// Each element of y looks for its addends: the picks of a row are few, and nothing is zeroed first.
template <class T>
struct ScatterAddColumns {
  const T* x;
  const std::int32_t* index;
  T* y;
  std::int64_t picks, columns;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t row = i / columns, column = i - row * columns;
    Compute<T> sum = 0;
    for (std::int64_t j = row * picks; j < (row + 1) * picks; ++j)
      if (index[j] == column) sum += static_cast<Compute<T>>(x[j]);
    y[i] = static_cast<T>(sum);
  }
};

}  // namespace

template <class T>
void launch_gather_columns(const T* x, const std::int32_t* index, T* y, std::int64_t rows,
                           std::int64_t columns, std::int64_t picks, cudaStream_t stream) {
  for_each(rows * picks, stream, GatherColumns<T>{x, index, y, columns, picks});
}

template <class T>
void launch_scatter_add_columns(const T* x, const std::int32_t* index, T* y, std::int64_t rows,
                                std::int64_t picks, std::int64_t columns, cudaStream_t stream) {
  for_each(rows * columns, stream, ScatterAddColumns<T>{x, index, y, picks, columns});
}

#define SY_INSTANTIATE(T)                                                                   \
  template void launch_gather_columns(const T*, const std::int32_t*, T*, std::int64_t,      \
                                      std::int64_t, std::int64_t, cudaStream_t);            \
  template void launch_scatter_add_columns(const T*, const std::int32_t*, T*, std::int64_t, \
                                           std::int64_t, std::int64_t, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
