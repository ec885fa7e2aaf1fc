#pragma once
// Batch-wide sums over a communicator, and over one rank alone.

#include "comm/communicator.hpp"
#include "ops/exchange.hpp"

namespace switchyard {

/// The sum over all ranks of a group.
class GroupReducer final : public BatchReducer {
 public:
  GroupReducer(Backend& backend, Communicator& group) : backend_(backend), group_(group) {}
  Tensor sum(const Tensor& partial) override;
  int ranks() const override { return group_.size(); }

 private:
  Backend& backend_;
  Communicator& group_;
};

/// This rank's own samples only: for local batch norm.
class LocalReducer final : public BatchReducer {
 public:
  Tensor sum(const Tensor& partial) override { return partial; }
  int ranks() const override { return 1; }
};

}  // namespace switchyard
