#include <climits>

#include "ops/cuda/compute.hpp"
#include "ops/cuda/row_lanes.cuh"
#include "ops/cuda/rows_kernels.hpp"
#include "ops/cuda/vector_access.cuh"

namespace switchyard {
namespace {

struct ListRows {
  const std::int32_t* index;
  RowLists lists;
  __device__ void operator()(std::int64_t r) const {
    const std::int32_t to = index[r];
    if (to < 0) return;
    const std::int32_t place = atomicAdd(lists.count + to, 1);
    if (place < kListedRows)
      lists.listed[std::int64_t{to} * kListedRows + place] = static_cast<std::int32_t>(r);
  }
};

using ListedRows = Pack<std::int32_t, kListedRows / 2>;

// Calls use(r) for the `count` listed rows, ascending.
template <class Use>
__device__ void for_listed(const std::int32_t* listed, std::int32_t count, Use use) {
  constexpr int kHalf = kListedRows / 2;
  const ListedRows half[2] = {load_pack<kHalf>(listed), load_pack<kHalf>(listed + kHalf)};
  std::int32_t last = -1;
  for (std::int32_t j = 0; j < count; ++j) {
    std::int32_t next = INT_MAX;
#pragma unroll
    for (int i = 0; i < kListedRows; ++i) {
      const std::int32_t r = half[i / kHalf].at[i % kHalf];
      if (i < count && r > last && r < next) next = r;
    }
    use(next);
    last = next;
  }
}

// Calls use(r) for the rows that `index` (n) sends to `to`, ascending.
template <class Use>
__device__ void for_found(const std::int32_t* index, std::int64_t n, std::int64_t to, Use use) {
  constexpr int kSearched = 8;  // at a time, their loads in flight together
  for (std::int64_t begin = 0; begin < n; begin += kSearched) {
    unsigned found = 0;
#pragma unroll
    for (int i = 0; i < kSearched; ++i)
      if (begin + i < n && index[begin + i] == to) found |= 1u << i;
    for (int i = 0; found != 0; ++i, found >>= 1)
      if (found & 1u) use(begin + i);
  }
}

template <int N, class T>
__global__ void add_listed_rows_kernel(const T* x, const std::int32_t* index, std::int64_t n,
                                       RowLists lists, T* y, std::int64_t rows, std::int64_t length,
                                       RowLanes lanes) {
  for (std::int64_t to = lanes.first_row(); to < rows; to += lanes.row_step()) {
    const std::int32_t count = lists.count[to];
    for (std::int64_t c = std::int64_t{lanes.lane()} * N; c < length;
         c += std::int64_t{lanes.lanes} * N) {
      Compute<T> sum[N] = {};
      auto add = [&](std::int64_t r) {
        const Pack<T, N> row = load_pack<N>(x + r * length + c);
#pragma unroll
        for (int i = 0; i < N; ++i) sum[i] += static_cast<Compute<T>>(row.at[i]);
      };
      if (count <= kListedRows)
        for_listed(lists.listed + to * kListedRows, count, add);
      else
        for_found(index, n, to, add);
      Pack<T, N> out;
#pragma unroll
      for (int i = 0; i < N; ++i) out.at[i] = static_cast<T>(sum[i]);
      store_pack(y + to * length + c, out);
    }
  }
}

}  // namespace

void launch_list_rows(const std::int32_t* index, std::int64_t n, const RowLists& lists,
                      cudaStream_t stream) {
  for_each(n, stream, ListRows{index, lists});
}

template <class T>
void launch_add_listed_rows(const T* x, const std::int32_t* index, std::int64_t n,
                            const RowLists& lists, T* y, std::int64_t rows, std::int64_t length,
                            cudaStream_t stream) {
  constexpr int kPack = kPackSize<T>;
  const bool packed = aligned_to(kAccessBytes, x, y) && length % kPack == 0;
  const RowLanes lanes = lanes_for(packed ? length / kPack : length);
  auto kernel = packed ? add_listed_rows_kernel<kPack, T> : add_listed_rows_kernel<1, T>;
  launch(kernel, grid_for(rows, lanes), kBlock, stream, x, index, n, lists, y, rows, length, lanes);
}

#define SY_INSTANTIATE(T)                                                               \
  template void launch_add_listed_rows(const T*, const std::int32_t*, std::int64_t,     \
                                       const RowLists&, T*, std::int64_t, std::int64_t, \
                                       cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
