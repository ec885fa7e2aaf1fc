#pragma once
// What the model benchmarks time: one inference or one training step on random images.

#include <memory>
#include <optional>
#include <string>

#include "train/training_step.hpp"

namespace switchyard {

enum class WorkloadKind { inference, training };

struct WorkloadSpec {
  WorkloadKind kind = WorkloadKind::inference;
  HeadKind head = HeadKind::dense;
  int width = 64;
  std::int64_t batch = 32;  ///< global, over all ranks
  bool operator==(const WorkloadSpec&) const = default;
};

/// "inference/sparse/width:64/batch:32"
std::string to_string(const WorkloadSpec& spec);

/// A model with its batch in memory. Refers to `world`, which must outlive it.
class Workload {
 public:
  /// Collective.
  Workload(const WorkloadSpec& spec, Communicator& world, int ep);

  const WorkloadSpec& spec() const { return spec_; }
  /// One inference (evaluation mode, nothing recorded) or one training step. Collective.
  void run();
  /// The most bytes that this rank's tensors ever took, parameters included.
  std::size_t peak_bytes() { return backend_->allocator().peak_bytes(); }

 private:
  WorkloadSpec spec_;
  std::unique_ptr<Backend> backend_;
  DistributedClassifier classifier_;
  Batch batch_;
  std::optional<Sgd> sgd_;
  std::optional<TrainingStep> step_;
};

}  // namespace switchyard
