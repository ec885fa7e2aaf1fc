#include "analysis/ritz_values.hpp"

#include <algorithm>
#include <cmath>

namespace switchyard {
namespace {

// What a residual may be at most.
class Bound {
 public:
  Bound(const TridiagonalEigen& eigen, const WantedPairs& wanted, double rounding)
      : wanted_(wanted),
        scale_(std::max(std::abs(eigen.values.front()), std::abs(eigen.values.back()))),
        rounding_(rounding * scale_) {}

  double of(double value) const {
    const double asked = wanted_.tolerance * std::max(std::abs(value), wanted_.floor * scale_);
    return std::max(asked, rounding_);
  }
  double rounding() const { return rounding_; }

 private:
  const WantedPairs& wanted_;
  double scale_;
  double rounding_;
};

RitzValue ritz_value(const TridiagonalEigen& eigen, std::size_t i, double beta,
                     const Bound& bound) {
  const double value = eigen.values[i];
  const double residual = std::abs(beta * eigen.vector(i).back());
  const double most = bound.of(value);
  return {value, residual, most, residual <= most};
}

TridiagonalEigen eigen_from(const LanczosState& state, std::size_t first) {
  const auto alphas = std::span(state.alphas).subspan(first);
  return tridiagonal_eigen(alphas, std::span(state.betas).subspan(first, alphas.size() - 1));
}

// Where the last Krylov space begins.
std::size_t last_begin(const LanczosState& state) {
  std::size_t begin = state.betas.size() - 1;
  while (begin > 0 && state.betas[begin - 1] != 0) --begin;
  return begin;
}

// Whether the last Krylov space says that what is orthogonal to those before it holds nothing
// better than the wanted values: its own best one has converged and, if it has ended too, is not
// among them but as the last.
bool nothing_hidden(const LanczosState& state, const RitzValues& ritz, const Bound& bound) {
  const double beta = state.betas.back();
  const std::size_t begin = last_begin(state);
  if (begin == 0 && beta != 0) return true;
  const TridiagonalEigen last = eigen_from(state, begin);
  const RitzValue highest = ritz_value(last, last.values.size() - 1, beta, bound);
  const RitzValue lowest = ritz_value(last, 0, beta, bound);
  if (beta != 0)
    return (ritz.largest.empty() || highest.converged) &&
           (ritz.smallest.empty() || lowest.converged);
  return (ritz.largest.empty() || highest.value <= ritz.largest.back().value + bound.rounding()) &&
         (ritz.smallest.empty() || lowest.value >= ritz.smallest.back().value - bound.rounding());
}

}  // namespace

TridiagonalEigen eigen_of(const LanczosState& state) {
  return eigen_from(state, 0);
}

RitzValues ritz_values(const LanczosState& state, const TridiagonalEigen& eigen,
                       const WantedPairs& wanted, double rounding) {
  const Bound bound(eigen, wanted, rounding);
  const std::size_t steps = eigen.values.size();
  RitzValues ritz;
  auto take = [&](std::vector<RitzValue>& values, std::size_t i) {
    values.push_back(ritz_value(eigen, i, state.betas.back(), bound));
    const RitzValue& latest = values.back();
    if (latest.residual > 0) ritz.worst = std::max(ritz.worst, latest.residual / latest.bound);
  };
  for (std::size_t i = 0; i < std::min<std::size_t>(wanted.largest, steps); ++i)
    take(ritz.largest, steps - 1 - i);
  for (std::size_t i = 0; i < std::min<std::size_t>(wanted.smallest, steps); ++i)
    take(ritz.smallest, i);
  ritz.complete = steps >= static_cast<std::size_t>(wanted.count()) && ritz.worst <= 1 &&
                  nothing_hidden(state, ritz, bound);
  return ritz;
}

}  // namespace switchyard
