#pragma once
// One head of an inference benchmark: its model in memory, and what does not depend on time.

#include <optional>

#include "apps/bench/inference_pass.hpp"
#include "apps/bench/inference_request.hpp"

namespace switchyard {

class InferenceSubject {
 public:
  /// Makes the model of `head`, with the weights of its run if it has one, and passes `batch`
  /// through it twice: for memory, and to have the pass recorded where it is to be. `machine` must
  /// outlive it. Collective.
  InferenceSubject(HeadKind head, const InferenceRequest& request, const Batch& batch,
                   Machine& machine, Logger& log);

  HeadKind head() const { return head_; }
  const ProcessGrid& grid() const { return classifier_.grid(); }
  /// Of the whole model.
  std::int64_t parameters() const { return parameters_; }
  /// The most that tensors take in a pass, weights among them and images not, on the rank where
  /// that is most.
  std::int64_t peak_bytes() const { return peak_bytes_; }
  /// Enqueues a pass. Collective.
  void run() { pass_->run(); }
  const Tensor& logits() const { return pass_->logits(); }

 private:
  HeadKind head_;
  std::int64_t live_before_;
  DistributedClassifier classifier_;
  std::int64_t parameters_;
  std::optional<InferencePass> pass_;
  std::int64_t peak_bytes_ = 0;
};

}  // namespace switchyard
