#pragma once
// Stochastic Lanczos quadrature (Ubaru, Chen, Saad 2017, algorithm 1): Gauss rules of Lanczos runs
// from random signs, whose mean stands for the spectrum: tr f(A) / n ~ mean of sum_i w_i f(t_i).

#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/krylov_basis.hpp"
#include "analysis/quadrature_rule.hpp"
#include "analysis/symmetric_operator.hpp"

namespace switchyard {

struct StochasticLanczosOptions {
  int probes = 10;  ///< random vectors; at least 1
  int steps = 80;   ///< of Lanczos, with full reorthogonalisation, each; at least 1
  std::uint64_t seed = 0;
  BasisOptions basis = {};
};

/// Called after each product with how many there were in this call.
using StochasticLanczosProgress = std::function<void(std::int64_t products)>;

/// Appends to `rules`, which may hold those of a run that was stopped: it then goes on as if it had
/// not been, with the first probe that has no rule yet. A rule has fewer nodes than steps where
/// the vector's Krylov space is smaller; it is then exact for all functions. Throws
/// Error(bad_usage) where the options ask for nothing. Collective.
void stochastic_lanczos(SymmetricOperator& a, const StochasticLanczosOptions& options,
                        std::vector<QuadratureRule>& rules,
                        const StochasticLanczosProgress& progress = {});

}  // namespace switchyard
