#pragma once
// The expert-parallel layer: experts sharded over a group, rows exchanged with its members.

#include "comm/communicator.hpp"
#include "model/expert_exchange.hpp"
#include "ops/exchange.hpp"

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
  Backend& backend_;
  Communicator& group_;
  int experts_;
  int parts_;
  ExpertRange local_;
};

}  // namespace switchyard
