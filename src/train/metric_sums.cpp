#include "train/metric_sums.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"

namespace switchyard {
namespace {

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
    : experts_(experts), values_(static_cast<std::size_t>(count_of_sums(experts)), 0.0) {}

MetricSums::MetricSums(int experts, std::span<const double> values)
    : experts_(experts), values_(values.begin(), values.end()) {
  SY_ASSERT(std::ssize(values) == count_of_sums(experts));
}

void MetricSums::add(const MetricSums& other) {
  SY_REQUIRE(other.values_.size() == values_.size(), ExitCode::run_failed,
             "metrics of {} and {} experts cannot be added", experts_, other.experts_);
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
}

Tensor measure(Backend& backend, const HeadOutput& output, const Tensor& labels,
               const Tensor& cross_entropy_sum) {
  auto row = [](const Tensor& x) { return x.reshape({1, x.numel()}); };
  Tensor samples = backend.full({1, 1}, DType::f64, static_cast<double>(labels.numel()));
  Tensor routing =
      output.routing
          ? row(backend.routing_sums(output.routing->probs.value(), output.routing->chosen))
          : backend.zeros({1, 1}, DType::f64);
  return backend.concat_columns(
      std::vector{samples, row(backend.convert(cross_entropy_sum, DType::f64)),
                  row(backend.count_correct(output.logits.value(), labels)), routing});
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
