#pragma once
// The model under test, sharded over the ranks of this launch, and how it is run.

#include "analysis/primal_cache.hpp"
#include "apps/parity/machine.hpp"
#include "apps/parity/samples.hpp"
#include "model/load_state.hpp"
#include "parallel/distributed_classifier.hpp"

namespace switchyard::parity {

class Subject {
 public:
  /// Collective.
  Subject(const Machine& machine, const ModelConfig& config, const TensorSource& weights);

  Backend& backend() { return model_.backend(); }
  PrimalCache& cache() { return cache_; }
  DType dtype() const { return model_.dtype(); }
  const ProcessGrid& grid() const { return model_.grid(); }
  const HeadConfig& head() { return model_.model().config().head; }
  DistributedClassifier& classifier() { return model_; }
  Classifier& model() { return model_.model(); }
  ModelState& state() { return model_.state(); }
  BatchReducer& batch() { return model_.batch(); }

  ForwardContext context(Tape& tape, Mode mode, const Samples& samples, Tensor gate_noise = {});
  Classifier::Output forward(const ForwardContext& context, const Samples& samples);
  /// Gradients of the sum over ranks of `share` (1), in the parameters, alike on all copies.
  /// Collective.
  void differentiate(Tape& tape, const Variable& share);
  /// The sum over ranks of a number (1). Collective.
  double total(const Variable& share);

  /// How many ranks hold a parameter that this one has.
  int copies(const Parameter& p) const { return p.expert ? grid().dp() : grid().world().size(); }
  /// Null where the model has no such buffer.
  BufferTensor* find_buffer(const std::string& name);

 private:
  PrimalCache cache_;  ///< what the model computes on
  DistributedClassifier model_;
};

}  // namespace switchyard::parity
