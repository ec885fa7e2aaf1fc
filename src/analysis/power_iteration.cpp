#include "analysis/power_iteration.hpp"

#include <algorithm>
#include <cmath>

namespace switchyard {
namespace {

// Makes v orthogonal to what was found and a unit vector; false where nothing is left of it.
bool orthonormalise(const VectorSpace& space, Tensor& v, const std::vector<PowerEigenpair>& found) {
  constexpr int kPasses = 2;
  for (int pass = 0; pass < kPasses; ++pass)
    for (const PowerEigenpair& pair : found)
      space.add_scaled(v, -space.dot(pair.vector, v), pair.vector);
  const double length = space.norm(v);
  if (length == 0) return false;
  v = space.scaled(v, 1 / length);
  return true;
}

bool settled(double value, double previous, double tolerance) {
  constexpr double kAgainstZero = 1e-6;
  return std::abs(value - previous) / (std::abs(previous) + kAgainstZero) < tolerance;
}

PowerEigenpair next_pair(SymmetricOperator& op, const PowerIterationOptions& options,
                         const std::vector<PowerEigenpair>& found,
                         const PowerIterationProgress& progress) {
  const VectorSpace& space = op.space();
  PowerEigenpair pair;
  pair.vector = space.random(RandomEntries::normal, options.seed, found.size());
  orthonormalise(space, pair.vector, found);
  while (pair.iterations < options.max_iterations && !pair.converged) {
    Tensor product = op.apply(pair.vector);
    const double previous = pair.value;
    pair.value = space.dot(pair.vector, product);
    SY_REQUIRE(std::isfinite(pair.value), ExitCode::run_failed,
               "a product with the operator is not finite (iteration {} of eigenvalue {}); the "
               "loss or its derivatives overflow at these parameters",
               pair.iterations + 1, found.size() + 1);
    pair.converged = pair.iterations > 0 && settled(pair.value, previous, options.tolerance);
    if (orthonormalise(space, product, found))
      pair.vector = product;
    else
      pair.converged = true;
    ++pair.iterations;
    if (progress) progress(static_cast<int>(found.size()), pair.iterations, pair.value);
  }
  return pair;
}

}  // namespace

std::vector<PowerEigenpair> power_iteration(SymmetricOperator& op,
                                            const PowerIterationOptions& options,
                                            const PowerIterationProgress& progress) {
  SY_REQUIRE(options.max_iterations >= 1, ExitCode::bad_usage,
             "power iteration needs at least one iteration (asked for {})", options.max_iterations);
  const auto count = std::min<std::int64_t>(options.eigenvalues, op.space().dimension());
  std::vector<PowerEigenpair> found;
  while (std::ssize(found) < count) found.push_back(next_pair(op, options, found, progress));
  return found;
}

}  // namespace switchyard
