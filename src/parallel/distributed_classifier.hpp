#pragma once
// A classifier on a process grid: the model, who holds which experts, and what connects them.
// Training, evaluation and curvature all run their forward passes through this.
//
// The grid's groups take part in recorded passes (see RecordableCommunicator): all that is enqueued
// is recorded, and exchanges are steps of the host between.

#include "model/classifier.hpp"
#include "ops/precision.hpp"
#include "parallel/expert_parallel.hpp"
#include "parallel/grid.hpp"
#include "parallel/recordable_communicator.hpp"
#include "parallel/reducer.hpp"

namespace switchyard {

enum class NormSync { sync, local };
inline constexpr Choice<NormSync> norm_sync_choices[] = {{NormSync::sync, "sync"},
                                                         {NormSync::local, "local"}};

struct DistributedOptions {
  Precision precision = Precision::f32;
  int ep = 0;              ///< 0: choose_expert_parallel() decides
  int overlap_degree = 1;  ///< see ExpertParallel
  NormSync norm_sync = NormSync::sync;
  std::uint64_t seed = 0;
};

class DistributedClassifier {
 public:
  /// Collective over `world`. `backend` and `world` must outlive this.
  DistributedClassifier(Backend& backend, Communicator& world, const ModelConfig& config,
                        const DistributedOptions& options);

  Backend& backend() { return backend_; }
  const ProcessGrid& grid() const { return grid_; }
  Classifier& model() { return model_; }
  ModelState& state() { return model_.state(); }
  DType dtype() const { return master_dtype(options_.precision); }
  /// Of the images that it takes.
  DType image_dtype() const { return compute_dtype(options_.precision); }
  BatchReducer& batch() { return batch_; }

  /// The surroundings of one forward pass over this rank's samples; `step` (1) i64.
  ForwardContext context(Tape& tape, Mode mode, Tensor sample_ids, Tensor step);
  ForwardContext context(Tape& tape, Mode mode, Tensor sample_ids, std::uint64_t step = 0);

  /// Parameters of the whole model, every expert counted once. Collective.
  std::int64_t count_parameters();

  /// With local batch norm every rank has its own running statistics: makes them their mean,
  /// weighted by the samples that each rank had in the last batch, `all` on all of them. Nothing to
  /// do with synchronised batch norm. Collective.
  void average_running_statistics(std::int64_t samples, std::int64_t all);

 private:
  Backend& backend_;
  DistributedOptions options_;
  RecordableCommunicator world_;
  ProcessGrid grid_;
  GroupReducer batch_;
  LocalReducer local_;
  ExpertParallel experts_;
  Classifier model_;
};

}  // namespace switchyard
