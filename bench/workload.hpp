#pragma once
// What the model benchmarks time: one inference or one training step on random images.

#include <memory>
#include <optional>
#include <string>

#include "apps/bench/inference_pass.hpp"
#include "machine/machine.hpp"
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

/// A model of images of 10 classes.
ModelConfig model_config(HeadKind head, int width);

/// "inference/sparse/width:64/batch:32"
std::string to_string(const WorkloadSpec& spec);

struct WorkloadOptions {
  Precision precision = Precision::f32;
  int ep = 0;             ///< ranks an expert-parallel group; 0: the largest that fits
  bool recorded = false;  ///< passes are recorded and replayed
};

/// One batch, again and again.
class FixedBatch final : public BatchSource {
 public:
  explicit FixedBatch(Batch batch) : batch_(std::move(batch)) {}
  void start(BatchPlan, std::int64_t) override {}
  std::optional<BatchShare> next() override {
    return BatchShare{batch_.size(), batch_.first, batch_.global_size};
  }
  Batch make() override { return batch_; }

 private:
  Batch batch_;
};

/// A model with its batch in memory. Refers to `machine`, which must outlive it.
class Workload {
 public:
  /// Collective.
  Workload(const WorkloadSpec& spec, Machine& machine, const WorkloadOptions& options);

  const WorkloadSpec& spec() const { return spec_; }
  /// Starts one inference (evaluation mode, no derivatives) or one training step. Collective.
  void run();
  /// Waits until everything is done. Collective.
  void finish();
  /// The most bytes that this rank's tensors took since the workload was made, parameters included.
  std::size_t peak_bytes() { return backend_.allocator().peak_bytes(); }

 private:
  WorkloadSpec spec_;
  Backend& backend_;
  DistributedClassifier classifier_;
  FixedBatch batches_;
  InferencePass inference_;
  std::optional<Sgd> sgd_;
  std::optional<TrainingStep> training_;
};

}  // namespace switchyard
