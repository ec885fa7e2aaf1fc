#pragma once
// Launches of the stable sort of small numbers that brings rows to their experts. Results repeat
// to the bit: nothing depends on the order in which blocks run.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// The most groups that a sort tells apart.
inline constexpr int kMaxGroups = 1024;

struct GroupExtent {
  int elements;
  int per_row;  ///< elements of a row
  int groups;   ///< at most kMaxGroups

  /// Parts of the input that are sorted by a block each.
  int tiles() const;
};

struct GroupByData {
  const std::int32_t* group;  ///< (elements), in [0, groups)
  std::int32_t* place;        ///< (elements)
  std::int32_t* row;          ///< (elements)
  std::int64_t* offsets;      ///< (groups + 1)
};

/// One kernel for a single tile, else three. `counts`: (groups, tiles()), unused for one tile.
void launch_group_by(cudaStream_t stream, const GroupExtent& extent, const GroupByData& data,
                     std::int32_t* counts);

}  // namespace switchyard
