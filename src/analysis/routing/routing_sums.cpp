#include "analysis/routing/routing_sums.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace switchyard {
namespace {

using Values = std::vector<double>;

int first_largest(std::span<const double> values) {
  return static_cast<int>(std::ranges::max_element(values) - values.begin());
}

double cross_entropy(std::span<const double> logits, std::int32_t label) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (double logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum) - logits[static_cast<std::size_t>(label)];
}

Values mixture(const RoutedSamples& samples, std::size_t i, std::span<const double> weights) {
  Values logits(static_cast<std::size_t>(samples.classes()));
  for (int e = 0; e < samples.experts(); ++e) {
    const double weight = weights[static_cast<std::size_t>(e)];
    if (weight == 0) continue;
    const auto output = samples.output(i, e);
    for (std::size_t c = 0; c < logits.size(); ++c) logits[c] += weight * output[c];
  }
  return logits;
}

Values centred(std::span<const double> logits) {
  const double mean =
      std::accumulate(logits.begin(), logits.end(), 0.0) / static_cast<double>(logits.size());
  Values result;
  for (double logit : logits) result.push_back(logit - mean);
  return result;
}

// One sample at a time.
class Counter {
 public:
  Counter(const RoutedSamples& samples, const GateRule& rule)
      : samples_(samples), rule_(rule), sums_(samples.experts(), samples.classes()) {}

  RoutingSums count() {
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      count_classes(i);
      count_without(i);
      count_alone(i);
    }
    return std::move(sums_);
  }

 private:
  std::size_t experts() const { return static_cast<std::size_t>(samples_.experts()); }

  void count_classes(std::size_t i) {
    const std::size_t row = static_cast<std::size_t>(samples_.label(i)) * experts();
    const auto weights = samples_.weights(i);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t e = 0; e < experts(); ++e) {
      sums_.class_weights[row + e] += weights[e];
      sums_.class_shares[row + e] += weights[e] / sum;
    }
    sums_.class_top[row + static_cast<std::size_t>(top_expert(samples_, i))] += 1;
  }

  void count_without(std::size_t i) {
    for (int e = 0; e < samples_.experts(); ++e)
      count_outcome(i, mixture(samples_, i, gate_weights(rule_, samples_.gate_logits(i), e)), e,
                    sums_.without_correct, sums_.without_loss);
  }

  void count_alone(std::size_t i) {
    std::vector<Values> outputs;
    std::vector<int> classes;
    for (int e = 0; e < samples_.experts(); ++e) {
      const auto output = samples_.output(i, e);
      count_outcome(i, output, e, sums_.alone_correct, sums_.alone_loss);
      outputs.push_back(centred(output));
      classes.push_back(first_largest(output));
    }
    for (std::size_t a = 0; a < experts(); ++a) {
      for (std::size_t b = 0; b < experts(); ++b) {
        sums_.output_products[a * experts() + b] +=
            std::inner_product(outputs[a].begin(), outputs[a].end(), outputs[b].begin(), 0.0);
        sums_.same_class[a * experts() + b] += classes[a] == classes[b];
      }
    }
  }

  void count_outcome(std::size_t i, std::span<const double> logits, int expert, Values& correct,
                     Values& loss) const {
    const auto e = static_cast<std::size_t>(expert);
    correct[e] += first_largest(logits) == samples_.label(i);
    loss[e] += cross_entropy(logits, samples_.label(i));
  }

  const RoutedSamples& samples_;
  const GateRule& rule_;
  RoutingSums sums_;
};

}  // namespace

RoutingSums::RoutingSums(int experts, int classes) {
  const auto e = static_cast<std::size_t>(experts), c = static_cast<std::size_t>(classes);
  for (Values* part : {&without_correct, &without_loss, &alone_correct, &alone_loss})
    part->resize(e);
  for (Values* part : {&class_weights, &class_shares, &class_top}) part->resize(c * e);
  for (Values* part : {&output_products, &same_class}) part->resize(e * e);
}

std::array<std::vector<double>*, 9> RoutingSums::parts() {
  return {&without_correct, &without_loss, &alone_correct,   &alone_loss, &class_weights,
          &class_shares,    &class_top,    &output_products, &same_class};
}

void RoutingSums::add(RoutingSums other) {
  const auto mine = parts(), theirs = other.parts();
  for (std::size_t part = 0; part < mine.size(); ++part)
    std::ranges::transform(*mine[part], *theirs[part], mine[part]->begin(), std::plus());
}

RoutingSums routing_sums(const RoutedSamples& samples, const GateRule& rule) {
  return Counter(samples, rule).count();
}

int top_expert(const RoutedSamples& samples, std::size_t i) {
  return first_largest(samples.gate_logits(i));
}

int predicted_class(const RoutedSamples& samples, std::size_t i) {
  return first_largest(samples.logits(i));
}

}  // namespace switchyard
