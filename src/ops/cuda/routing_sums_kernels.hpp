#pragma once
// Launches of a routing's figures and keys. T is float, double or BFloat16; sums are double, in a
// fixed order.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

struct RoutingFigures {
  std::int64_t rows;
  int experts;
  std::int64_t choices;        ///< elements of `chosen`
  const std::int32_t* chosen;  ///< or null: all experts of every row
  double* sums;                ///< (1 + 2 experts); see Backend::routing_sums
};

/// probs (rows, experts).
template <class T>
void launch_routing_sums(cudaStream_t stream, const T* probs, const RoutingFigures& figures);

/// correct (1): rows of logits (rows, columns) whose first largest entry is in column labels[r].
template <class T>
void launch_count_correct(cudaStream_t stream, const T* logits, const std::int32_t* labels,
                          std::int64_t rows, int columns, double* correct);

/// keys[place[i]] = sample_ids[i / per_row] experts + chosen[i].
struct RoutedKeys {
  const std::int64_t* sample_ids;
  const std::int32_t* chosen;
  const std::int32_t* place;
  std::int64_t choices;
  std::int64_t per_row;
  int experts;
  std::int64_t* keys;
};
void launch_routed_keys(cudaStream_t stream, const RoutedKeys& keys);

}  // namespace switchyard
