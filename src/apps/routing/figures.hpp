#pragma once
// What follows from an analysis of routing: docs/routing.md. Matrices are row by row.

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/routing/specialisation.hpp"
#include "apps/routing/measure.hpp"

namespace switchyard {

/// The mixture without one expert, or one expert by itself.
struct Outcome {
  double accuracy = 0;
  double loss = 0;  ///< cross-entropy in nats
};

struct ExpertFigures {
  double utilisation = 0;
  double load = 0;
  std::optional<Outcome> without;  ///< none where there is no other expert
  Outcome alone;
};

struct RoutingFigures {
  Figures overall;
  std::vector<ExpertFigures> experts;
  std::vector<double> class_weights;    ///< (C,E): mean weight; 0 for a class without images
  std::vector<std::int64_t> class_top;  ///< (C,E): images by the expert of the largest gate logit
  std::vector<double> parameter_cosines, output_cosines;  ///< (E,E)
  std::vector<double> same_class;  ///< (E,E): share of images of which both say the same class
  Specialisation specialisation;
};

RoutingFigures routing_figures(const RoutingMeasurement& measured,
                               std::vector<double> parameter_cosines, const ModelConfig& model);

}  // namespace switchyard
