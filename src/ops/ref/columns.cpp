// Kernels that pick, spread and move columns of matrices.

#include <cstring>

#include "ops/ref/matrix_check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

void require_column(std::int32_t index, std::int64_t columns) {
  SY_REQUIRE(0 <= index && index < columns, ExitCode::run_failed,
             "column index {} is not in a matrix of {} columns", index, columns);
}

// Copies `bytes` a row between matrices whose rows are `to_pitch` and `from_pitch` bytes apart.
void copy_block(std::byte* to, std::size_t to_pitch, const std::byte* from, std::size_t from_pitch,
                std::size_t bytes, std::int64_t rows) {
  for (std::int64_t r = 0; r < rows; ++r, to += to_pitch, from += from_pitch) {
    std::memcpy(to, from, bytes);
  }
}

std::size_t row_bytes(const Tensor& matrix) {
  return static_cast<std::size_t>(matrix.dim(1)) * size_of(matrix.dtype());
}

}  // namespace

Tensor RefBackend::gather_columns(const Tensor& x, const Tensor& index) {
  ref::expect_gather_columns(x, index);
  const std::int64_t rows = x.dim(0), picks = index.dim(1);
  Tensor y = empty({rows, picks}, x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < rows * picks; ++i) {
      const std::int32_t column = index.data<std::int32_t>()[i];
      require_column(column, x.dim(1));
      y.data<T>()[i] = x.data<T>()[i / picks * x.dim(1) + column];
    }
  });
  return y;
}

Tensor RefBackend::scatter_add_columns(const Tensor& x, const Tensor& index, std::int64_t columns) {
  ref::expect_scatter_columns(x, index);
  const std::int64_t picks = x.dim(1);
  Tensor y = zeros({x.dim(0), columns}, x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const std::int32_t column = index.data<std::int32_t>()[i];
      require_column(column, columns);
      y.data<T>()[i / picks * columns + column] += x.data<T>()[i];
    }
  });
  return y;
}

Tensor RefBackend::concat_columns(std::span<const Tensor> parts) {
  const std::int64_t columns = ref::expect_side_by_side(parts);
  Tensor y = empty({parts[0].dim(0), columns}, parts[0].dtype());
  std::byte* to = y.raw();
  for (const Tensor& part : parts) {
    copy_block(to, row_bytes(y), part.raw(), row_bytes(part), row_bytes(part), y.dim(0));
    to += row_bytes(part);
  }
  return y;
}

Tensor RefBackend::slice_columns(const Tensor& x, std::int64_t begin, std::int64_t end) {
  ref::expect_slice(x, begin, end);
  Tensor y = empty({x.dim(0), end - begin}, x.dtype());
  const std::byte* from = x.raw() + static_cast<std::size_t>(begin) * size_of(x.dtype());
  copy_block(y.raw(), row_bytes(y), from, row_bytes(x), row_bytes(y), x.dim(0));
  return y;
}

}  // namespace switchyard
