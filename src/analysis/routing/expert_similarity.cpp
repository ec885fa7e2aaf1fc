#include "analysis/routing/expert_similarity.hpp"

#include <cmath>
#include <cstring>
#include <numeric>
#include <string>

#include "comm/gather_texts.hpp"

namespace switchyard {
namespace {

using Values = std::vector<double>;

// This rank's experts, the first copy of each only: one after the other, in order.
std::string own_experts(DistributedClassifier& classifier) {
  std::string bytes;
  if (classifier.grid().dp_rank() > 0) return bytes;
  const HeadConfig& head = classifier.model().config().head;
  const ExpertRange range =
      expert_range(head.experts, classifier.grid().ep(), classifier.grid().ep_rank());
  std::vector<Values> experts(static_cast<std::size_t>(range.size()));
  Backend& backend = classifier.backend();
  for (const Parameter& parameter : classifier.state().parameters()) {
    if (!parameter.expert) continue;
    Values& all = experts[static_cast<std::size_t>(parameter.expert->value - range.first)];
    const auto before = all.size(), count = static_cast<std::size_t>(parameter.value.numel());
    all.resize(before + count);
    backend.to_host(backend.convert(parameter.value, DType::f64), all.data() + before);
  }
  for (const Values& all : experts)
    bytes.append(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(double));
  return bytes;
}

}  // namespace

Values cosines(std::span<const double> products, int n) {
  const auto count = static_cast<std::size_t>(n);
  Values result(products.begin(), products.end());
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) {
      const double norms = std::sqrt(products[a * count + a] * products[b * count + b]);
      result[a * count + b] = norms > 0 ? products[a * count + b] / norms : 0;
    }
  }
  return result;
}

// Groups for experts are of adjacent ranks, so in the order of ranks experts are in order too.
Values parameter_cosines(DistributedClassifier& classifier) {
  const int experts = classifier.model().config().head.experts;
  std::string bytes;
  for (const std::string& of_rank :
       gather_texts(classifier.grid().world(), own_experts(classifier)))
    bytes += of_rank;
  Values all(bytes.size() / sizeof(double));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  const auto count = static_cast<std::size_t>(experts), length = all.size() / count;
  Values products(count * count);
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b < count; ++b)
      products[a * count + b] = std::inner_product(
          all.data() + a * length, all.data() + (a + 1) * length, all.data() + b * length, 0.0);
  return cosines(products, experts);
}

}  // namespace switchyard
