#include "train/metric_sums.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"

namespace switchyard {
namespace {

std::vector<double> to_doubles(Backend& backend, const Tensor& x) {
  std::vector<double> values(static_cast<std::size_t>(x.numel()));
  backend.to_host(backend.convert(x, DType::f64), values.data());
  return values;
}

std::vector<std::int32_t> to_integers(Backend& backend, const Tensor& x) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(x.numel()));
  backend.to_host(x, values.data());
  return values;
}

void measure_routing(Backend& backend, const Routing& routing, MetricSums& sums) {
  std::size_t experts = static_cast<std::size_t>(sums.experts());
  std::vector<double> probs = to_doubles(backend, routing.probs.value());
  for (std::size_t i = 0; i < probs.size(); ++i) {
    double p = probs[i];
    sums.probability()[i % experts] += p;
    if (p > 0) sums.gate_entropy() -= p * std::log(p);
  }
  if (!routing.chosen) {  // every sample goes to every expert
    for (std::size_t e = 0; e < experts; ++e) sums.assigned()[e] += sums.samples();
    return;
  }
  for (std::int32_t e : to_integers(backend, routing.chosen)) sums.assigned()[e] += 1;
}

double mean_of(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double variation(const std::vector<double>& x) {
  double mean = mean_of(x), squares = 0;
  if (mean == 0) return 0;
  for (double v : x) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / static_cast<double>(x.size())) / mean;
}

}  // namespace

MetricSums::MetricSums(int experts)
    : experts_(experts), values_(4 + 2 * static_cast<std::size_t>(experts), 0.0) {}

void MetricSums::add(const MetricSums& other) {
  SY_REQUIRE(other.values_.size() == values_.size(), ExitCode::run_failed,
             "metrics of {} and {} experts cannot be added", experts_, other.experts_);
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
}

MetricSums measure(Backend& backend, const HeadOutput& output, const Tensor& labels,
                   const Tensor& cross_entropy_sum, int experts) {
  MetricSums sums(experts);
  sums.samples() = static_cast<double>(labels.numel());
  sums.cross_entropy() = to_doubles(backend, cross_entropy_sum)[0];
  auto best = to_integers(backend, backend.topk(output.logits.value(), 1));
  auto truth = to_integers(backend, labels);
  for (std::size_t i = 0; i < truth.size(); ++i) sums.correct() += best[i] == truth[i];
  if (output.routing) measure_routing(backend, *output.routing, sums);
  return sums;
}

Figures figures_of(MetricSums sums) {
  Figures figures;
  double n = std::max(sums.samples(), 1.0);
  figures.loss = sums.cross_entropy() / n;
  figures.accuracy = sums.correct() / n;
  if (sums.experts() == 0) return figures;

  figures.gate_entropy = sums.gate_entropy() / n;
  double total = std::accumulate(sums.assigned(), sums.assigned() + sums.experts(), 0.0);
  for (int e = 0; e < sums.experts(); ++e) {
    figures.utilisation.push_back(sums.probability()[e] / n);
    figures.load.push_back(sums.assigned()[e] / n);
    if (sums.assigned()[e] < 0.1 * total / sums.experts()) figures.dead_experts.push_back(e);
  }
  figures.utilisation_cv = variation(figures.utilisation);
  figures.load_cv = variation(figures.load);
  double mean_load = mean_of(figures.load);
  if (mean_load > 0)
    figures.load_max_over_mean =
        *std::max_element(figures.load.begin(), figures.load.end()) / mean_load;
  return figures;
}

}  // namespace switchyard
