#pragma once
// The process grid: world = dp x ep. Ranks of an expert-parallel group are adjacent.
//
// Every rank holds its own samples and the whole backbone. The experts are sharded over the ep
// ranks of a group; the ranks with the same place in their groups hold the same experts (their
// dp group).

#include <memory>

#include "comm/communicator.hpp"
#include "model/config.hpp"
#include "model/expert_exchange.hpp"

namespace switchyard {

/// The ep to use on `world` ranks. `asked` 0 means the largest that fits: ep divides the world and
/// leaves no rank without an expert. Throws Error(bad_usage) with a suggestion where `asked` does
/// not fit.
int choose_expert_parallel(int asked, int world, const HeadConfig& head);

/// Experts of the ep_rank-th rank of a group: contiguous blocks whose sizes differ by at most one,
/// the larger ones first.
ExpertRange expert_range(int experts, int ep, int ep_rank);

class ProcessGrid {
 public:
  /// Splits the world; collective. `ep` must divide the world's size.
  ProcessGrid(Communicator& world, int ep);

  Communicator& world() const { return world_; }
  Communicator& expert_parallel() const { return *expert_parallel_; }
  Communicator& data_parallel() const { return *data_parallel_; }
  int ep() const { return expert_parallel_->size(); }
  int dp() const { return data_parallel_->size(); }
  int ep_rank() const { return expert_parallel_->rank().value; }
  int dp_rank() const { return data_parallel_->rank().value; }

 private:
  Communicator& world_;
  std::unique_ptr<Communicator> expert_parallel_;
  std::unique_ptr<Communicator> data_parallel_;
};

}  // namespace switchyard
