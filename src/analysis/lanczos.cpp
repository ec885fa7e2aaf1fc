#include "analysis/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace switchyard {
namespace {

// How far products and sums of vectors of this type are from exact ones, relative to the operator:
// few units in the last place of f32, where more would hide what is small beside a large outlier.
double rounding_of(DType dtype) {
  return dtype == DType::f32 ? 5e-7 : 1e-14;
}

void check(const VectorSpace& space, const LanczosOptions& options) {
  SY_REQUIRE(space.dimension() > 0, ExitCode::bad_usage,
             "an operator on no parameters has no eigenvalues; choose at least one parameter");
  SY_REQUIRE(options.wanted.largest >= 0 && options.wanted.smallest >= 0 &&
                 std::max(options.wanted.largest, options.wanted.smallest) <= space.dimension(),
             ExitCode::bad_usage,
             "{} largest and {} smallest eigenvalues are asked of an operator that has {}; ask "
             "for fewer",
             options.wanted.largest, options.wanted.smallest, space.dimension());
}

}  // namespace

Lanczos::Lanczos(SymmetricOperator& op, const LanczosOptions& options)
    : Lanczos(op, options, {}, KrylovBasis(op.space(), options.basis)) {}

Lanczos::Lanczos(SymmetricOperator& op, const LanczosOptions& options, LanczosState state,
                 KrylovBasis basis)
    : op_(op),
      options_(options),
      rounding_(std::max(rounding_of(op.space().dtype()), rounding_of(options.basis.dtype))),
      state_(std::move(state)),
      basis_(std::move(basis)) {
  check(op_.space(), options_);
  const bool has_next = iterations() > 0 && !exhausted();
  SY_REQUIRE(state_.betas.size() == state_.alphas.size() &&
                 basis_.size() == iterations() + (has_next ? 1 : 0),
             ExitCode::bad_data,
             "a saved Lanczos run does not fit together ({} and {} coefficients, {} vectors); "
             "start anew without it",
             state_.alphas.size(), state_.betas.size(), basis_.size());
  estimate();
}

bool Lanczos::converged() const {
  return options_.wanted.count() > 0 && iterations() > 0 && (ritz_.complete || spanned());
}

bool Lanczos::done() const {
  return converged() || spanned() || iterations() >= options_.max_iterations;
}

void Lanczos::step() {
  SY_REQUIRE(!spanned(), ExitCode::run_failed,
             "a Lanczos run was asked for a step beyond the {} dimensions of its space",
             op_.space().dimension());
  if (basis_.size() == iterations()) begin_krylov_space();
  const Tensor product = op_.apply(basis_.vector(iterations(), op_.space().dtype()));
  Tensor rest = op_.space().backend().convert(product, basis_.work_type());
  const double alpha = basis_.project_out(rest).back();
  double beta = op_.space().norm(rest);
  SY_REQUIRE(std::isfinite(alpha) && std::isfinite(beta), ExitCode::run_failed,
             "a product with the operator is not finite (step {} of Lanczos); the loss or its "
             "derivatives overflow at these parameters",
             iterations() + 1);
  state_.alphas.push_back(alpha);
  if (spanned() || beta <= rounding_ * scale()) beta = 0;
  state_.betas.push_back(beta);
  if (beta != 0) basis_.add(op_.space().scaled(rest, 1 / beta));
  estimate();
}

double Lanczos::scale() const {
  double largest = 0;
  for (double alpha : state_.alphas) largest = std::max(largest, std::abs(alpha));
  for (double beta : state_.betas) largest = std::max(largest, beta);
  return largest;
}

void Lanczos::begin_krylov_space() {
  const VectorSpace& space = op_.space();
  const auto ended = std::count(state_.betas.begin(), state_.betas.end(), 0.0);
  const bool given = options_.start.defined() && ended == 0;
  Tensor v = space.backend().convert(
      given ? options_.start
            : space.random(RandomEntries::normal, options_.seed, static_cast<std::uint64_t>(ended)),
      basis_.work_type());
  basis_.project_out(v);
  const double length = space.norm(v);
  SY_REQUIRE(length > 0 && std::isfinite(length), ExitCode::run_failed,
             "Lanczos cannot start from a vector of length {}", length);
  basis_.add(space.scaled(v, 1 / length));
}

void Lanczos::estimate() {
  if (options_.wanted.count() == 0 || iterations() == 0) return;
  eigen_ = eigen_of(state_);
  ritz_ = ritz_values(state_, eigen_, options_.wanted, rounding_);
}

Eigenpairs Lanczos::eigenpairs() const {
  Eigenpairs pairs;
  const std::size_t steps = eigen_.values.size();
  for (std::size_t i = 0; i < ritz_.largest.size(); ++i)
    pairs.largest.push_back(
        {ritz_.largest[i], basis_.unit_combination(eigen_.vector(steps - 1 - i))});
  for (std::size_t i = 0; i < ritz_.smallest.size(); ++i)
    pairs.smallest.push_back({ritz_.smallest[i], basis_.unit_combination(eigen_.vector(i))});
  return pairs;
}

std::vector<double> true_residuals(SymmetricOperator& op, std::span<const Eigenpair> pairs) {
  std::vector<double> residuals;
  const auto block = static_cast<std::size_t>(op.block());
  for (std::size_t begin = 0; begin < pairs.size(); begin += block) {
    const auto some = pairs.subspan(begin, std::min(block, pairs.size() - begin));
    std::vector<Tensor> vectors;
    for (const Eigenpair& pair : some) vectors.push_back(pair.vector);
    std::vector<Tensor> products = op.apply(vectors);
    for (std::size_t i = 0; i < some.size(); ++i) {
      op.space().add_scaled(products[i], -some[i].ritz.value, vectors[i]);
      residuals.push_back(op.space().norm(products[i]));
    }
  }
  return residuals;
}

}  // namespace switchyard
