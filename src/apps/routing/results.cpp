#include "apps/routing/results.hpp"

#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/routing/expert_similarity.hpp"
#include "analysis/routing/specialisation.hpp"
#include "apps/json.hpp"

namespace switchyard {
namespace {

constexpr int kFormat = 1;

Json rows_of(std::span<const double> values, std::size_t columns, double factor = 1) {
  Json rows = Json::array();
  for (std::size_t begin = 0; begin < values.size(); begin += columns) {
    Json row = Json::array();
    for (double value : values.subspan(begin, columns)) row.push_back(value * factor);
    rows.push_back(std::move(row));
  }
  return rows;
}

// Of each class's weights the mean over its samples; zeros for a class without any.
std::vector<double> class_means(const RoutingSums& sums, std::size_t experts) {
  std::vector<double> means = sums.class_weights;
  for (std::size_t row = 0; row < means.size(); row += experts) {
    const auto top = sums.class_top.begin() + static_cast<std::ptrdiff_t>(row);
    const double samples = std::accumulate(top, top + static_cast<std::ptrdiff_t>(experts), 0.0);
    for (std::size_t e = 0; e < experts; ++e) means[row + e] /= std::max(1.0, samples);
  }
  return means;
}

Json counts_of(std::span<const double> values, std::size_t columns) {
  Json rows = rows_of(values, columns);
  for (Json& row : rows)
    for (Json& value : row) value = std::llround(value.get<double>());
  return rows;
}

Json margin_of(const RoutingResults& results) {
  std::vector<double> margins;
  for (const SampleLine& line : results.lines)
    if (!std::isnan(line.margin)) margins.push_back(line.margin);
  if (margins.empty()) return nullptr;
  Json json = {{"mean", mean(margins)}};
  for (const auto& [name, q] :
       {std::pair{"p05", 0.05}, {"p25", 0.25}, {"p50", 0.5}, {"p75", 0.75}, {"p95", 0.95}})
    json[name] = quantile(margins, q);
  return json;
}

Json specialisation_of(const RoutingResults& results) {
  const Specialisation found =
      specialisation(results.sums.class_shares, results.model.classes, results.model.head.experts);
  return {{"mutual_information", found.mutual_information},
          {"class_entropy", found.class_entropy},
          {"expert_entropy", found.expert_entropy},
          {"normalised", found.normalised ? Json(*found.normalised) : Json()}};
}

Json ablation_of(const RoutingResults& results) {
  Json ablation = Json::array();
  const double samples = static_cast<double>(results.lines.size());
  const RoutingSums& sums = results.sums;
  if (results.model.head.experts == 1) return ablation;
  for (std::size_t e = 0; e < sums.used.size(); ++e)
    ablation.push_back({{"expert", e},
                        {"accuracy", sums.without_correct[e] / samples},
                        {"loss", sums.without_loss[e] / samples},
                        {"rerouted", sums.used[e] / samples}});
  return ablation;
}

Json alone_of(const RoutingResults& results) {
  Json alone = Json::array();
  const double samples = static_cast<double>(results.lines.size());
  for (std::size_t e = 0; e < results.sums.used.size(); ++e)
    alone.push_back({{"expert", e},
                     {"accuracy", results.sums.alone_correct[e] / samples},
                     {"loss", results.sums.alone_loss[e] / samples}});
  return alone;
}

Json against_of(const std::vector<RunAgreement>& others) {
  Json against = Json::array();
  for (const RunAgreement& other : others)
    against.push_back({{"run", other.run},
                       {"samples", other.samples},
                       {"agreement", other.matching.agreement},
                       {"unmatched", other.matching.unmatched},
                       {"permutation", other.matching.permutation}});
  return against;
}

}  // namespace

std::string routing_json(const RoutingResults& results) {
  const HeadConfig& head = results.model.head;
  const auto experts = static_cast<std::size_t>(head.experts);
  const Figures figures = figures_of(results.metrics);
  const double samples = static_cast<double>(results.lines.size());
  const Json json = {
      {"format", kFormat},
      {"checkpoint", results.weights.path.string()},
      {"step", results.weights.step ? Json(*results.weights.step) : Json()},
      {"split", results.split},
      {"samples", results.lines.size()},
      {"head", name_of<HeadKind>(head.kind, head_choices)},
      {"experts", head.experts},
      {"k", head.active_experts()},
      {"classes", results.model.classes},
      {"accuracy", figures.accuracy},
      {"loss", figures.loss},
      {"utilisation", figures.utilisation},
      {"load", figures.load},
      {"utilisation_cv", figures.utilisation_cv},
      {"load_cv", figures.load_cv},
      {"load_max_over_mean", figures.load_max_over_mean},
      {"gate_entropy", figures.gate_entropy},
      {"dead_experts", figures.dead_experts},
      {"gate_margin", margin_of(results)},
      {"class_experts",
       {{"weights", rows_of(class_means(results.sums, experts), experts)},
        {"top1", counts_of(results.sums.class_top, experts)}}},
      {"specialisation", specialisation_of(results)},
      {"similarity",
       {{"weights", rows_of(results.parameter_cosines, experts)},
        {"outputs", rows_of(cosines(results.sums.output_products, head.experts), experts)},
        {"agreement", rows_of(results.sums.same_class, experts, 1 / samples)}}},
      {"ablation", ablation_of(results)},
      {"alone", alone_of(results)},
      {"against", against_of(results.against)}};
  return json.dump(1) + "\n";
}

}  // namespace switchyard
