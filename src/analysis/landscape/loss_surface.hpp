#pragma once
// A model's loss and routing where its parameters are displaced, measured with routing free and
// with routing kept as it was at the origin: what of the loss's growth comes of routing?
//
// Kept are the sets of chosen experts, with weights that the gate gives them where it now stands,
// or sets and weights both. A soft head has no sets; its weights, those of all experts, are kept.
// The features of a point are computed once for all its losses.

#include <optional>
#include <span>
#include <vector>

#include "analysis/landscape/gate_margin.hpp"
#include "data/batch.hpp"
#include "model/objective.hpp"
#include "parallel/distributed_classifier.hpp"
#include "parallel/parameter_space.hpp"

namespace switchyard {

struct SurfaceOptions {
  NormStatistics norm = NormStatistics::running;
  ObjectiveConfig objective = cross_entropy_objective();
};

struct RoutingAtPoint {
  /// Share of the samples whose set of experts, of a soft head whose first expert, is not that of
  /// the origin.
  double rerouted = 0;
  std::optional<GateMargin> margin;      ///< none where every sample goes to all experts
  double entropy = 0;                    ///< nats, of a sample's routing weights; mean
  std::optional<double> fixed_set_loss;  ///< sparse heads: expert sets of the origin
  double fixed_weights_loss = 0;         ///< expert sets and weights of the origin
};

struct SurfacePoint {
  std::vector<double> coordinates;
  double loss = 0;                        ///< mean objective over the samples
  double accuracy = 0;                    ///< share in [0, 1]
  std::optional<RoutingAtPoint> routing;  ///< of mixtures
};

class LossSurface {
 public:
  /// Over the samples of all `batches`, each this rank's share of a global batch; the same number
  /// of batches on all ranks. The parameters' present values are the origin. Balance losses are
  /// those of each batch, weighted by its samples. References must outlive this. No sample at all
  /// is an Error(bad_usage). Collective.
  LossSurface(DistributedClassifier& classifier, ParameterSpace& space, std::vector<Batch> batches,
              const SurfaceOptions& options);

  /// At the origin + sum_i coordinates[i] directions[i]; the parameters are back at their values,
  /// to the bit, when it returns. The same on every rank. Collective.
  SurfacePoint at(std::vector<double> coordinates, std::span<const Tensor> directions);
  const SurfacePoint& origin() const { return origin_; }
  /// A difference of losses that is no larger may be rounding.
  double resolution() const;

 private:
  struct Sums;
  struct Fixed {
    FrozenRouting routing;  ///< of one batch, at the origin
    Tensor leading;         ///< see leading_experts()
  };

  ForwardContext context(Tape& tape, const Batch& batch);
  std::optional<Fixed> routing_now(const Batch& batch);
  double objective_share(const ForwardContext& context, const Batch& batch,
                         const HeadOutput& output);
  void measure(const Batch& batch, const std::optional<Fixed>& fixed, Sums& sums);
  SurfacePoint measure(std::vector<double> coordinates);

  DistributedClassifier& classifier_;
  ParameterSpace& space_;
  std::vector<Batch> batches_;
  SurfaceOptions options_;
  double samples_ = 0;                       ///< of all batches, on all ranks
  std::vector<std::optional<Fixed>> fixed_;  ///< of each batch
  SurfacePoint origin_;
};

}  // namespace switchyard
