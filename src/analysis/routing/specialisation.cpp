#include "analysis/routing/specialisation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace switchyard {
namespace {

double entropy(std::span<const double> shares) {
  double sum = 0;
  for (double p : shares)
    if (p > 0) sum -= p * std::log(p);
  return sum;
}

}  // namespace

Specialisation specialisation(std::span<const double> shares, int classes, int experts) {
  const double all = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<double> joint, by_class(static_cast<std::size_t>(classes)),
      by_expert(static_cast<std::size_t>(experts));
  for (std::size_t i = 0; i < shares.size(); ++i) {
    joint.push_back(shares[i] / all);
    by_class[i / by_expert.size()] += joint.back();
    by_expert[i % by_expert.size()] += joint.back();
  }
  Specialisation result;
  result.class_entropy = entropy(by_class);
  result.expert_entropy = entropy(by_expert);
  // Rounding must not make it negative.
  result.mutual_information =
      std::max(0.0, result.class_entropy + result.expert_entropy - entropy(joint));
  const double both = result.class_entropy + result.expert_entropy;
  if (both > 0) result.normalised = 2 * result.mutual_information / both;
  return result;
}

}  // namespace switchyard
