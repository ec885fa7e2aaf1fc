#pragma once
// The batch of a single rank.

#include "ops/exchange.hpp"

namespace switchyard::test {

class LocalReducer final : public BatchReducer {
 public:
  Tensor sum(const Tensor& partial) override { return partial; }
  int ranks() const override { return 1; }
};

/// Stateless, so one serves all tapes.
inline BatchReducer& local_reducer() {
  static LocalReducer reducer;
  return reducer;
}

}  // namespace switchyard::test
