#pragma once
// Who sends which row where: made once a layer and batch from the routing, with one exchange of
// counts, and used by forward, backward and tangents alike.
//
// Sent rows are packed by destination rank, within it by expert, within that by sample. They
// arrive grouped by source and are regrouped by local expert, within it by source: for adjacent
// ranks that is the order of the samples.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "model/expert_exchange.hpp"
#include "ops/backend.hpp"

namespace switchyard {

/// The rows of some samples, sorted by expert: all that a rank knows by itself.
struct SortedRows {
  Grouping by_expert;
  std::unique_ptr<HostCopy> offsets;  ///< by_expert.offsets on their way; null in a group of one
};

/// `chosen` (B,k) i32 of `experts`. Only enqueues work: what follows does not wait for it either
/// until the plan is made.
SortedRows sort_rows(Backend& backend, const Communicator& group, const Tensor& chosen,
                     int experts);

struct DispatchPlan {
  std::vector<std::int64_t> send_rows;     ///< by destination rank; empty in a group of one
  std::vector<std::int64_t> receive_rows;  ///< by source rank; the same
  Tensor pack;                             ///< (S) i32: sample whose row is sent as s-th
  Tensor combine;  ///< (B k) i32: place among the sent rows of (sample, choice)
  Tensor offsets;  ///< (local experts + 1) i64, of local experts in the regrouped rows
  Tensor regroup;  ///< (R) i32: place among the arrived rows of the r-th grouped row; undefined
                   ///< where rows arrive in groups
  Tensor ungroup;  ///< (R) i32: the inverse
};

/// A plan for each part of a batch, `experts` in all sharded over `group` as expert_range() says.
/// Collective: one exchange of the counts of all parts, of which every rank has as many. Waits for
/// the counts, except in a group of one.
std::vector<DispatchPlan> make_dispatch_plans(Backend& backend, Communicator& group,
                                              std::span<const SortedRows> parts, int experts);

}  // namespace switchyard
