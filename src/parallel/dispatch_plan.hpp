#pragma once
// Who sends which row where: made once a layer and batch from the routing, with one exchange of
// counts, and used by forward, backward and tangents alike.
//
// Sent rows are packed by destination rank, within it by expert, within that by sample. They
// arrive grouped by source and are regrouped by local expert, within it by source: for adjacent
// ranks that is the order of the samples.

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "model/expert_exchange.hpp"
#include "ops/backend.hpp"

namespace switchyard {

struct DispatchPlan {
  std::vector<std::int64_t> send_rows;     ///< by destination rank
  std::vector<std::int64_t> receive_rows;  ///< by source rank
  std::vector<std::int64_t> offsets;       ///< of local experts in the regrouped rows
  Tensor pack;                             ///< (S) i32: sample whose row is sent as s-th
  Tensor combine;  ///< (B k) i32: place among the sent rows of (sample, choice)
  Tensor regroup;  ///< (R) i32: place among the arrived rows of the r-th grouped row
  Tensor ungroup;  ///< (R) i32: the inverse
};

/// `chosen` (B,k) i32; `experts` in all, sharded over `group` as expert_range() says. Collective.
DispatchPlan make_dispatch_plan(Backend& backend, Communicator& group, const Tensor& chosen,
                                int experts);

}  // namespace switchyard
