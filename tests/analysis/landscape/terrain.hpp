#pragma once
// A tiny classifier on a grid, with loss surfaces and curvature over the same two batches.

#include <memory>
#include <string>
#include <vector>

#include "analysis/curvature_operator.hpp"
#include "analysis/landscape/loss_surface.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {

inline bool everything(const std::string&) {
  return true;
}
inline bool of_gate(const std::string& name) {
  return name.starts_with("head.gate.");
}
inline bool of_experts(const std::string& name) {
  return name.starts_with("head.experts.");
}

/// Balance losses are on.
struct Terrain {
  Terrain(Backend& backend, Communicator& world, HeadKind head, int ep = 0,
          NormStatistics norm = NormStatistics::running,
          bool (*selected)(const std::string&) = everything)
      : cache(backend),
        classifier(tiny_classifier(cache, world, tiny_config(head), ep)),
        space(classifier->state(), classifier->grid(), selected),
        batches{tiny_share(backend, world, 7), tiny_share(backend, world, 3)} {
    options.norm = norm;
    options.objective.load_loss = LoadLoss::importance;
    options.objective.importance_weight = options.objective.kl_weight = 0.5;
  }

  LossSurface surface() { return {*classifier, space, batches, options}; }
  CurvatureOperator curvature() {
    return {
        *classifier, space, cache, batches, {.norm = options.norm, .objective = options.objective}};
  }
  /// Of length 1.
  Tensor direction(std::uint64_t number) {
    Tensor v = space.vectors().random(RandomEntries::normal, 9, number);
    return space.vectors().scaled(v, 1.0 / space.vectors().norm(v));
  }

  PrimalCache cache;
  std::unique_ptr<DistributedClassifier> classifier;
  ParameterSpace space;
  std::vector<Batch> batches;
  SurfaceOptions options;
};

}  // namespace switchyard::test
