#pragma once
// Rows added up where an index sends them; T: float, double, BFloat16.
//
// The order of addition is that of ascending rows, without sorting: a first kernel gives every row
// of y a count and the first kListedRows rows of x that claim a place (in no particular order), and
// a second adds them from the lowest up. So each row of x is read once and each of y written once.
// A row of y that more go to searches the whole index instead: right, but slower.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

inline constexpr int kListedRows = 8;

/// Rows of x by row of y. Device memory, cleared before launch_list_rows.
struct RowLists {
  std::int32_t* count;   ///< (rows of y)
  std::int32_t* listed;  ///< (rows of y, kListedRows), which are read together
};

/// `index` (n), negative: nowhere; others must be rows of y, which is not checked.
void launch_list_rows(const std::int32_t* index, std::int64_t n, const RowLists& lists,
                      cudaStream_t stream);

/// y (rows, length) from x (n, length) and the lists of `index`.
template <class T>
void launch_add_listed_rows(const T* x, const std::int32_t* index, std::int64_t n,
                            const RowLists& lists, T* y, std::int64_t rows, std::int64_t length,
                            cudaStream_t stream);

}  // namespace switchyard
