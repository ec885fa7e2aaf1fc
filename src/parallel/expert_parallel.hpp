#pragma once
// The expert-parallel layer: experts sharded over a group, rows exchanged with its members.
//
// A pass may be recorded (see Backend::record) if all ranks of the group do so, after a pass over
// batches of the same sizes on all of them. Kernels are recorded; exchanges of rows, and for routed
// rows that of their counts, are steps of the host on each run.

#include "comm/communicator.hpp"
#include "model/expert_exchange.hpp"
#include "ops/exchange.hpp"
#include "parallel/dispatch_plan.hpp"
#include "profile/records.hpp"

namespace switchyard {

class ExpertParallel final : public ExpertExchange {
 public:
  /// `experts` in all, at least as many as the group has ranks. A batch is routed in
  /// `overlap_degree` parts, so that experts work on one while others travel; the same on all
  /// ranks.
  ExpertParallel(Backend& backend, Communicator& group, int experts, int overlap_degree = 1);

  ExpertRange local_experts() const override { return local_; }

  /// All-to-all there and back; dispatch and unweighted combine are transposes of one another.
  Variable route(Tape& tape, const Variable& h, const Variable& weights, const Tensor& chosen,
                 const Tensor& sample_ids, RowKeys keys, const RoutedExperts& experts) override;

  /// All-gather of h and of probs, reduce-scatter of weighted partial outputs. A sample's partial
  /// outputs are C numbers a rank however many experts the rank has, against C an expert if single
  /// outputs travelled; the features (D numbers) must reach every owner either way.
  Variable mix(Tape& tape, const Variable& h, const Variable& probs, const Tensor& sample_ids,
               const MixedExperts& experts) override;

 private:
  SortedRows sort(const Tensor& chosen);
  std::vector<DispatchPlan> plan(std::span<const SortedRows> parts);
  void exchange_shares(std::int64_t own);
  RoutingRecord pass_record() const;
  void note_mixed(std::int64_t samples);

  Backend& backend_;
  Communicator& group_;
  int experts_;
  DispatchPlanner planner_;
  int parts_;
  ExpertRange local_;
  std::vector<std::int64_t> shares_;  ///< samples of each rank in the last mix()
};

}  // namespace switchyard
