#pragma once
// The surroundings of a forward pass on one rank.

#include <memory>
#include <vector>

#include "model/forward_context.hpp"
#include "ops/ref/tensors.hpp"
#include "parallel/expert_parallel.hpp"
#include "parallel/reducer.hpp"

namespace switchyard::test {

template <class B>
struct BasicLoneRank {
  explicit BasicLoneRank(int experts = 5) : expert_parallel(backend, *self, experts) {}

  ForwardContext context(Tape& tape, Mode mode, const std::vector<std::int64_t>& ids,
                         std::int64_t step = 0) {
    return {.tape = tape,
            .mode = mode,
            .norm = reducer,
            .batch = reducer,
            .experts = expert_parallel,
            .compute = DType::f64,
            .sample_ids = sample_ids(backend, ids),
            .seed = 11,
            .step = backend.from_host(&step, {1}, DType::i64)};
  }

  B backend;
  std::unique_ptr<Communicator> self = make_self_communicator();
  LocalReducer reducer;
  ExpertParallel expert_parallel;
};

using LoneRank = BasicLoneRank<RefBackend>;

}  // namespace switchyard::test
