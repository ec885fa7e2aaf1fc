#pragma once
// Gauss quadrature by Lanczos: for a unit vector v, m steps of Lanczos from v give nodes t_i and
// weights w_i with v'f(A)v ~ sum w_i f(t_i), exact for polynomials f of degree 2 m - 1 (Golub,
// Welsch 1969; Golub, Meurant 2010).

#include <span>
#include <vector>

#include "analysis/sample_mean.hpp"

namespace switchyard {

struct QuadratureRule {
  std::vector<double> nodes;    ///< ascending
  std::vector<double> weights;  ///< of the nodes; >= 0, their sum is 1
};

/// Nodes are the eigenvalues of the tridiagonal matrix with this diagonal and off-diagonal (one
/// shorter), weights the squared first components of its unit eigenvectors.
QuadratureRule gauss_rule(std::span<const double> diagonal, std::span<const double> off_diagonal);

/// tr(A^k)/n for k = 1 ... highest by rules of independent random vectors.
std::vector<SampleMean> spectral_moments(std::span<const QuadratureRule> rules, int highest);

}  // namespace switchyard
