#pragma once
// Exact Hessian-vector products of a whole model, on any process grid.
//
// The parameters' tangents are seeded with v and the ordinary forward and backward passes run over
// dual numbers; what they leave in the tangents of the gradients is H v (Pearlmutter 1994). Top-k
// selection is piecewise constant and is held fixed.

#include <span>

#include "data/batch.hpp"
#include "model/objective.hpp"
#include "parallel/distributed_classifier.hpp"
#include "parallel/sharded_vector.hpp"

namespace switchyard {

struct HessianOptions {
  /// In train mode the batch statistics are functions of the parameters, and gate noise and
  /// dropout are those of `step`.
  Mode mode = Mode::eval;
  ObjectiveConfig objective = cross_entropy_objective();
  std::uint64_t step = 0;
};

class HessianOperator {
 public:
  /// The Hessian of the objective on one global batch. `batch` is this rank's share of it, with
  /// images of the classifier's type. `classifier` must outlive this.
  HessianOperator(DistributedClassifier& classifier, Batch batch, const HessianOptions& options);

  /// H v for every direction v, in one pass. Leaves the gradient in each parameter's grad.value
  /// and H v_i in grad.tangents[i], alike on all copies; an undefined part of a direction is zero.
  /// Parameters and running statistics stay as they are. Returns the objective. Collective.
  double apply(std::span<const VectorPart> directions);

 private:
  double differentiate(int probes);

  DistributedClassifier& classifier_;
  Batch batch_;
  HessianOptions options_;
};

}  // namespace switchyard
