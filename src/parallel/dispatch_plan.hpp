#pragma once
// Who sends which row where: made once a layer and batch from the routing, with one exchange of
// counts, and used by forward, backward and tangents alike.
//
// Sent rows are packed by destination rank, within it by expert, within that by sample. They
// arrive grouped by source and are regrouped by local expert, within it by source: for adjacent
// ranks that is the order of the samples.
//
// Only the host knows how many rows arrive. In a pass that is recorded the counts are exchanged,
// and plans written, in steps of the host on each run, and tensors have room for the most rows that
// can arrive; those behind the rows that do arrive belong to no expert.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "ops/backend.hpp"
#include "parallel/row_exchanges.hpp"

namespace switchyard {

/// The rows of some samples, sorted by expert: all that a rank knows by itself.
struct SortedRows {
  Grouping by_expert;
  /// by_expert.offsets on their way; null in a group of one.
  std::shared_ptr<std::unique_ptr<HostCopy>> offsets;
};

struct DispatchPlan {
  RowRoute route;  ///< without traffic in a group of one
  Tensor pack;     ///< (S) i32: sample whose row is sent as s-th
  Tensor combine;  ///< (B k) i32: place among the sent rows of (sample, choice)
  Tensor offsets;  ///< (local experts + 1) i64, of local experts in the regrouped rows
  Tensor regroup;  ///< (R) i32: place among the arrived rows of the r-th grouped row, -1 behind the
                   ///< rows that arrive; undefined where rows arrive in groups
  Tensor ungroup;  ///< (R) i32: the inverse
};

class DispatchPlanner {
 public:
  /// `experts` in all are sharded over `group` as expert_range() says. `backend` and `group` must
  /// outlive this and what is recorded.
  DispatchPlanner(Backend& backend, Communicator& group, int experts)
      : backend_(backend), group_(group), experts_(experts) {}

  /// `chosen` (B,k) i32. Only enqueues work: what follows does not wait for it either until the
  /// plan is made.
  SortedRows sort(const Tensor& chosen);

  /// A plan for each part of a batch. Collective: one exchange of the counts of all parts, of which
  /// every rank has as many. Waits for the counts, except in a group of one. A pass that is
  /// recorded has the parts, on all ranks, of the pass before it.
  std::vector<DispatchPlan> plan(std::span<const SortedRows> parts);

 private:
  Backend& backend_;
  Communicator& group_;
  int experts_;
  std::vector<std::int64_t> most_;  ///< by part: rows that could have arrived in the last pass
};

}  // namespace switchyard
