// Kernels that pick, spread and move columns of matrices. Indices lie on the device and are not
// checked here.

#include <utility>

#include "ops/cuda/columns_kernels.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/move_kernels.hpp"
#include "ops/cuda/tensor_lists.hpp"
#include "ops/cuda/vector_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/matrix_check.hpp"

namespace switchyard {
namespace {

std::int64_t element_bytes(const Tensor& x) {
  return static_cast<std::int64_t>(size_of(x.dtype()));
}

std::int64_t row_bytes(const Tensor& matrix) {
  return matrix.dim(1) * element_bytes(matrix);
}

bool is_computed_with(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::bf16;
}

// Matrices of one row are vectors: all of them in one launch.
void concat_vectors(std::span<const Tensor> parts, const Tensor& y, cudaStream_t stream) {
  const Tensor elements = y.reshape({y.numel()});
  TensorLists<2> lists;
  std::int64_t end = 0;
  for (const Tensor& part : parts) {
    const std::int64_t begin = std::exchange(end, end + part.numel());
    const Tensor place = elements.rows(begin, end);
    lists.add({&part, &place});
  }
  lists.for_each([&]<class T>(const ConvertList& list) { launch_convert_all<T, T>(list, stream); });
}

}  // namespace

Tensor CudaBackend::gather_columns(const Tensor& x, const Tensor& index) {
  ref::expect_gather_columns(x, index);
  Tensor y = empty(index.shape(), x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_gather_columns(x.data<T>(), index.data<std::int32_t>(), y.data<T>(), x.dim(0), x.dim(1),
                          index.dim(1), stream());
  });
  return y;
}

Tensor CudaBackend::scatter_add_columns(const Tensor& x, const Tensor& index,
                                        std::int64_t columns) {
  ref::expect_scatter_columns(x, index);
  Tensor y = empty({x.dim(0), columns}, x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_scatter_add_columns(x.data<T>(), index.data<std::int32_t>(), y.data<T>(), x.dim(0),
                               x.dim(1), columns, stream());
  });
  return y;
}

Tensor CudaBackend::concat_columns(std::span<const Tensor> parts) {
  const std::int64_t columns = ref::expect_side_by_side(parts);
  Tensor y = empty({parts[0].dim(0), columns}, parts[0].dtype());
  if (y.dim(0) == 1 && is_computed_with(y.dtype())) {
    concat_vectors(parts, y, stream());
    return y;
  }
  std::byte* to = y.raw();
  for (const Tensor& part : parts) {
    launch_move_rows({.from = part.raw(),
                      .to = to,
                      .from_pitch = row_bytes(part),
                      .to_pitch = row_bytes(y),
                      .row_bytes = row_bytes(part),
                      .rows = y.dim(0)},
                     stream());
    to += row_bytes(part);
  }
  return y;
}

Tensor CudaBackend::slice_columns(const Tensor& x, std::int64_t begin, std::int64_t end) {
  ref::expect_slice(x, begin, end);
  Tensor y = empty({x.dim(0), end - begin}, x.dtype());
  launch_move_rows({.from = x.raw() + begin * element_bytes(x),
                    .to = y.raw(),
                    .from_pitch = row_bytes(x),
                    .to_pitch = row_bytes(y),
                    .row_bytes = row_bytes(y),
                    .rows = y.dim(0)},
                   stream());
  return y;
}

}  // namespace switchyard
