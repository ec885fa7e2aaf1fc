#pragma once
// The density of eigenvalues, phi(t) = (1/n) sum_i delta(t - lambda_i), with the deltas widened to
// Gaussians so that it can be drawn: phi(t) ~ mean over rules of sum_i w_i N(t; t_i, sigma^2)
// (Ghorbani, Krishnan, Xiao 2019, section 2).

#include <span>
#include <vector>

#include "analysis/quadrature_rule.hpp"

namespace switchyard {

struct SpectralDensity {
  double sigma = 0;  ///< width of the Gaussians
  std::vector<double> grid;
  std::vector<double> density;
  std::vector<double> standard_error;  ///< of the density, over the rules' random vectors
};

/// sqrt(1e-5) times half the range of the nodes: the width of that paper, which maps the spectrum
/// to [-1, 1]. Where all nodes are equal, of their magnitude, or of 1.
double default_sigma(std::span<const QuadratureRule> rules);

/// On a grid of `points` (2 or more) from five sigma below the lowest node to five above the
/// highest. The integral is 1 where a step of the grid is no longer than sigma. Throws
/// Error(bad_usage) where there are no rules, or a grid or a sigma that cannot be.
SpectralDensity spectral_density(std::span<const QuadratureRule> rules, double sigma, int points);

}  // namespace switchyard
