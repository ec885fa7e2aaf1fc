#include <nlohmann/json.hpp>

#include "analysis/spectral_density.hpp"
#include "analysis/stochastic_lanczos.hpp"
#include "apps/curvature/analyses.hpp"
#include "apps/curvature/json_of.hpp"

namespace switchyard {
namespace {

constexpr int kMoments = 4;
constexpr int kGridPoints = 1001;

Json to_json(const std::vector<QuadratureRule>& rules) {
  Json list = Json::array();
  for (const QuadratureRule& rule : rules) list.push_back(to_json(rule));
  return list;
}

Json moments_of(const std::vector<QuadratureRule>& rules) {
  Json list = Json::array();
  for (const SampleMean& moment : spectral_moments(rules, kMoments))
    list.push_back({{"mean", moment.mean}, {"standard_error", moment.standard_error}});
  return list;
}

}  // namespace

Json density_part(CurvatureSession& session, SavedWork& work) {
  const TraceConfig& c = session.config.trace;
  std::vector<QuadratureRule> rules;
  if (!work.earlier().is_null())
    for (const Json& rule : work.earlier()) rules.push_back(rule_from(rule));
  const std::int64_t before = std::ssize(rules) * c.density_steps;
  stochastic_lanczos(session.matrix,
                     {.probes = c.density_probes,
                      .steps = c.density_steps,
                      .seed = session.config.results.seed,
                      .basis = basis_options(session)},
                     rules, [&](std::int64_t products) {
                       work.safe_point([&] { return to_json(rules); });
                       work.show(before, before + products,
                                 std::int64_t{c.density_probes} * c.density_steps,
                                 fmt::format("{} vectors done", rules.size()));
                     });
  const SpectralDensity density = spectral_density(rules, default_sigma(rules), kGridPoints);
  std::int64_t products = 0;
  for (const QuadratureRule& rule : rules) products += std::ssize(rule.nodes);
  return {{"products", products},
          {"sigma", density.sigma},
          {"moments", moments_of(rules)},
          {"rules", to_json(rules)},
          {"grid", density.grid},
          {"density", density.density},
          {"standard_error", density.standard_error}};
}

}  // namespace switchyard
