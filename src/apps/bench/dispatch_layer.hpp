#pragma once
// What dispatch benchmarks time: a sparse MoE layer from features to weighted sums, the router
// among it, by the code that a sparse head runs. Without dropout, and without what surrounds a
// layer: losses, gradient sums, optimizer.

#include <cstdint>

#include "apps/bench/dispatch_config.hpp"
#include "data/sampler.hpp"
#include "model/experts.hpp"
#include "model/router.hpp"
#include "parallel/expert_parallel.hpp"
#include "parallel/grid.hpp"
#include "parallel/reducer.hpp"

namespace switchyard {

class DispatchLayer {
 public:
  /// `tokens`: this rank's, of all that are numbered through. Features, weights and noise are keyed
  /// by token and name: the same on any grid. Collective over `world`. `backend` and `world` must
  /// outlive this.
  DispatchLayer(Backend& backend, Communicator& world, const DispatchCase& c, Share tokens);
  DispatchLayer(const DispatchLayer&) = delete;  // its experts' exchange holds addresses
  DispatchLayer& operator=(const DispatchLayer&) = delete;

  /// Enqueues the passes. `chosen` (tokens,k) i32 replace the router's choice, but not its weights;
  /// undefined: they do not. Collective.
  void run(const Tensor& chosen);

  /// Of the last run.
  const Tensor& outputs() const { return outputs_; }  ///< (tokens,classes)
  const Tensor& chosen() const { return chosen_; }    ///< (tokens,k) i32
  /// (tokens,features); undefined after a forward pass alone.
  const Tensor& feature_gradients() const { return feature_gradients_; }
  /// Gradients of parameters are those of this rank's outputs alone for the router, and of the
  /// group's for the experts that this rank has.
  ModelState& state() { return state_; }
  const ProcessGrid& grid() const { return grid_; }

 private:
  bool training() const { return case_.passes == DispatchPasses::both; }
  ForwardContext context(Tape& tape);
  Variable forward(Tape& tape, const Variable& features, const Tensor& chosen);

  Backend& backend_;
  DispatchCase case_;
  ProcessGrid grid_;
  LocalReducer alone_;
  ModelState state_;
  ExpertParallel exchange_;
  TopKRouter router_;
  Experts experts_;
  Tensor token_ids_, step_;
  Tensor features_, output_gradients_;
  Tensor outputs_, chosen_, feature_gradients_;
};

}  // namespace switchyard
