#pragma once
// Rows of bytes moved from one place of device memory to another, whatever their type.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace switchyard {

/// Row r of `to` becomes row index[r] of `from`, or row r where there is no index; a negative index
/// gives zeros. Others are not checked.
struct RowMove {
  const std::byte* from;
  std::byte* to;
  std::int64_t from_pitch;  ///< bytes from one row to the next
  std::int64_t to_pitch;
  std::int64_t row_bytes;
  std::int64_t rows;
  const std::int32_t* index = nullptr;
};

/// In the widest accesses that addresses, pitches and length of the rows allow.
void launch_move_rows(const RowMove& move, cudaStream_t stream);

}  // namespace switchyard
