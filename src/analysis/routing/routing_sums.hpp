#pragma once
// What is counted of routed samples: sums, so that ranks add up.

#include <array>
#include <vector>

#include "analysis/routing/gate_rule.hpp"
#include "analysis/routing/routed_samples.hpp"

namespace switchyard {

/// Sums over samples; matrices are row by row.
struct RoutingSums {
  RoutingSums(int experts, int classes);

  /// Of the mixture without one expert, (E) each: correct samples, cross-entropy in nats.
  std::vector<double> without_correct, without_loss;
  /// Of one expert by itself, (E) each.
  std::vector<double> alone_correct, alone_loss;
  std::vector<double> class_weights;  ///< (C,E): routing weight
  std::vector<double> class_shares;   ///< (C,E): the same, each sample's divided by their sum
  std::vector<double> class_top;      ///< (C,E): samples, by the expert of the largest gate logit
  /// (E,E): products of two experts' logits, each sample's less their mean over classes, since a
  /// shift of all logits says nothing.
  std::vector<double> output_products;
  std::vector<double>
      same_class;  ///< (E,E): samples for which two experts alone say the same class

  /// All of them, in a fixed order.
  std::array<std::vector<double>*, 9> parts();
  /// Adds those of other samples of the same model.
  void add(RoutingSums other);
};

RoutingSums routing_sums(const RoutedSamples& samples, const GateRule& rule);

/// The expert of the largest gate logit, of equals the lower one.
int top_expert(const RoutedSamples& samples, std::size_t i);
/// The class that the mixture says.
int predicted_class(const RoutedSamples& samples, std::size_t i);

}  // namespace switchyard
