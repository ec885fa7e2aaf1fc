#include "apps/routing/figures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/routing/expert_similarity.hpp"

namespace switchyard {
namespace {

std::vector<ExpertFigures> experts_of(const RoutingSums& sums, const Figures& overall,
                                      double samples) {
  const std::size_t experts = overall.load.size();
  std::vector<ExpertFigures> figures;
  for (std::size_t e = 0; e < experts; ++e) {
    figures.push_back({.utilisation = overall.utilisation[e],
                       .load = overall.load[e],
                       .without = {},
                       .alone = {sums.alone_correct[e] / samples, sums.alone_loss[e] / samples}});
    if (experts > 1)
      figures.back().without = {sums.without_correct[e] / samples, sums.without_loss[e] / samples};
  }
  return figures;
}

std::vector<double> class_means(const RoutingSums& sums, std::size_t experts) {
  std::vector<double> means = sums.class_weights;
  for (std::size_t row = 0; row < means.size(); row += experts) {
    const auto top = sums.class_top.begin() + static_cast<std::ptrdiff_t>(row);
    const double samples = std::accumulate(top, top + static_cast<std::ptrdiff_t>(experts), 0.0);
    for (std::size_t e = 0; e < experts; ++e) means[row + e] /= std::max(1.0, samples);
  }
  return means;
}

}  // namespace

RoutingFigures routing_figures(const RoutingMeasurement& measured,
                               std::vector<double> parameter_cosines, const ModelConfig& model) {
  const RoutingSums& sums = measured.sums;
  const int experts = model.head.experts;
  const auto samples = static_cast<double>(measured.lines.size());
  const Figures overall = figures_of(measured.metrics);
  RoutingFigures figures{
      .overall = overall,
      .experts = experts_of(sums, overall, samples),
      .class_weights = class_means(sums, static_cast<std::size_t>(experts)),
      .class_top = {},
      .parameter_cosines = std::move(parameter_cosines),
      .output_cosines = cosines(sums.output_products, experts),
      .same_class = sums.same_class,
      .specialisation = specialisation(sums.class_shares, model.classes, experts)};
  for (double count : sums.class_top) figures.class_top.push_back(std::llround(count));
  for (double& share : figures.same_class) share /= samples;
  return figures;
}

}  // namespace switchyard
