#include "analysis/routing/gate_rule.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace switchyard {
namespace {

// Experts by falling logit.
std::vector<std::size_t> ranked(std::span<const double> logits, std::optional<int> without) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (without) order.erase(order.begin() + *without);
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  return order;
}

}  // namespace

GateRule gate_rule(const HeadConfig& head) {
  return {.k = head.active_experts(),
          .temperature = head.temperature,
          .full_softmax = head.is_sparse() && head.full_softmax()};
}

std::vector<double> gate_weights(const GateRule& rule, std::span<const double> logits,
                                 std::optional<int> without) {
  const std::vector<std::size_t> order = ranked(logits, without);
  const std::size_t chosen = std::min(order.size(), static_cast<std::size_t>(rule.k));
  std::vector<double> weights(logits.size());
  double sum = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const double weight =
        std::exp((logits[order[place]] - logits[order.front()]) / rule.temperature);
    if (place < chosen) weights[order[place]] = weight;
    if (place < chosen || rule.full_softmax) sum += weight;
  }
  for (double& weight : weights) weight = sum > 0 ? weight / sum : 0;
  return weights;
}

}  // namespace switchyard
