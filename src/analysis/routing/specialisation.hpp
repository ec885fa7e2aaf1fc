#pragma once
// What a sample's expert tells of its class.

#include <optional>
#include <span>

namespace switchyard {

/// Entropies in nats.
struct Specialisation {
  double mutual_information = 0;  ///< I(class; expert)
  double class_entropy = 0;
  double expert_entropy = 0;
  /// 2 I / (H(class) + H(expert)), in [0, 1] (Strehl and Ghosh 2002, with the arithmetic mean);
  /// nothing where both entropies are 0.
  std::optional<double> normalised;
};

/// Of a joint distribution: `shares` (classes, experts), not negative, not all 0; any scale.
Specialisation specialisation(std::span<const double> shares, int classes, int experts);

}  // namespace switchyard
