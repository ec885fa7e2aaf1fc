// Kernels that move or add whole rows. Indices lie on the device and are not checked here.

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/move_kernels.hpp"
#include "ops/cuda/rows_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"
#include "ops/ref/matrix_check.hpp"

namespace switchyard {
Tensor CudaBackend::gather_rows(const Tensor& x, const Tensor& index) {
  ref::expect_gather(x, index);
  Tensor y = empty(ref::with_rows(x, index.dim(0)), x.dtype());
  const auto row_bytes = ref::elements_per_row(x) * static_cast<std::int64_t>(size_of(x.dtype()));
  launch_move_rows({.from = x.raw(),
                    .to = y.raw(),
                    .from_pitch = row_bytes,
                    .to_pitch = row_bytes,
                    .row_bytes = row_bytes,
                    .rows = y.dim(0),
                    .index = index.data<std::int32_t>()},
                   stream());
  return y;
}

Tensor CudaBackend::scatter_add_rows(const Tensor& x, const Tensor& index, std::int64_t rows) {
  ref::expect_scatter(x, index);
  Tensor y = empty(ref::with_rows(x, rows), x.dtype());
  Tensor memory = zeros({rows * (kListedRows + 1)}, DType::i32);
  auto* listed = memory.data<std::int32_t>();
  const RowLists lists{.count = listed + rows * kListedRows, .listed = listed};
  const auto* to = index.data<std::int32_t>();
  launch_list_rows(to, x.dim(0), lists, stream());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_add_listed_rows(x.data<T>(), to, x.dim(0), lists, y.data<T>(), rows,
                           ref::elements_per_row(x), stream());
  });
  return y;
}

}  // namespace switchyard
