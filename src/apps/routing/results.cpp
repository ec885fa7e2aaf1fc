#include "apps/routing/results.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/profile/quantiles.hpp"
#include "apps/json.hpp"

namespace switchyard {
namespace {

constexpr int kFormat = 1;

template <class T>
Json rows_of(const std::vector<T>& values, std::size_t columns) {
  Json rows = Json::array();
  for (auto row = values.begin(); row != values.end(); row += static_cast<std::ptrdiff_t>(columns))
    rows.push_back(std::vector<T>(row, row + static_cast<std::ptrdiff_t>(columns)));
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

Json json_of(const Specialisation& found) {
  return {{"mutual_information", found.mutual_information},
          {"class_entropy", found.class_entropy},
          {"expert_entropy", found.expert_entropy},
          {"normalised", or_null(found.normalised)}};
}

Json ablation_of(const std::vector<ExpertFigures>& experts) {
  Json ablation = Json::array();
  for (std::size_t e = 0; e < experts.size(); ++e)
    if (const auto& without = experts[e].without)
      ablation.push_back({{"expert", e},
                          {"accuracy", without->accuracy},
                          {"loss", without->loss},
                          {"rerouted", experts[e].load}});
  return ablation;
}

Json alone_of(const std::vector<ExpertFigures>& experts) {
  Json alone = Json::array();
  for (std::size_t e = 0; e < experts.size(); ++e)
    alone.push_back(
        {{"expert", e}, {"accuracy", experts[e].alone.accuracy}, {"loss", experts[e].alone.loss}});
  return alone;
}

Json against_of(const std::vector<RunAgreement>& others) {
  Json against = Json::array();
  for (const RunAgreement& other : others)
    against.push_back({{"run", other.run},
                       {"samples", other.samples},
                       {"agreement", other.matching.agreement},
                       {"chance", other.matching.chance},
                       {"unmatched", other.matching.unmatched},
                       {"permutation", other.matching.permutation}});
  return against;
}

}  // namespace

std::string routing_json(const RoutingResults& results) {
  const HeadConfig& head = results.model.head;
  const auto experts = static_cast<std::size_t>(head.experts);
  const RoutingFigures& figures = results.figures;
  const Figures& overall = figures.overall;
  const Json json = {{"format", kFormat},
                     {"run", results.run},
                     {"checkpoint", results.weights.path.string()},
                     {"step", or_null(results.weights.step)},
                     {"split", results.split},
                     {"samples", results.lines.size()},
                     {"head", name_of<HeadKind>(head.kind, head_choices)},
                     {"experts", head.experts},
                     {"k", head.active_experts()},
                     {"classes", results.model.classes},
                     {"accuracy", overall.accuracy},
                     {"loss", overall.loss},
                     {"utilisation", overall.utilisation},
                     {"load", overall.load},
                     {"utilisation_cv", overall.utilisation_cv},
                     {"load_cv", overall.load_cv},
                     {"load_max_over_mean", overall.load_max_over_mean},
                     {"gate_entropy", overall.gate_entropy},
                     {"dead_experts", overall.dead_experts},
                     {"gate_margin", margin_of(results)},
                     {"class_experts",
                      {{"weights", rows_of(figures.class_weights, experts)},
                       {"top1", rows_of(figures.class_top, experts)}}},
                     {"specialisation", json_of(figures.specialisation)},
                     {"similarity",
                      {{"weights", rows_of(figures.parameter_cosines, experts)},
                       {"outputs", rows_of(figures.output_cosines, experts)},
                       {"agreement", rows_of(figures.same_class, experts)}}},
                     {"ablation", ablation_of(figures.experts)},
                     {"alone", alone_of(figures.experts)},
                     {"against", against_of(results.against)}};
  return json.dump(1) + "\n";
}

}  // namespace switchyard
