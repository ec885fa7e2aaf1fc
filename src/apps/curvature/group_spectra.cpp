#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/lanczos.hpp"
#include "apps/curvature/analyses.hpp"

namespace switchyard {
namespace {

// The diagonal block of one group is the matrix over its parameters alone.
Json largest_eigenvalue(CurvatureSession& session, const std::string& group) {
  std::set<std::string> names;
  for (const Parameter* p : session.space.parameters())
    if (group_of(p->name) == group) names.insert(p->name);
  ParameterSpace space(session.classifier.state(), session.grid(),
                       [&](const std::string& name) { return names.contains(name); });
  CurvatureOptions options = session.options;
  options.cache_bytes -= std::min(options.cache_bytes, session.matrix.cached_bytes());
  CurvatureOperator block(session.classifier, space, session.cache, session.batches, options);
  const SpectrumConfig& c = session.config.spectrum;
  Lanczos lanczos(block, {.wanted = {.largest = 1, .tolerance = c.tolerance},
                          .max_iterations = c.max_iterations,
                          .seed = session.config.results.seed,
                          .start = {},
                          .basis = basis_options(session)});
  while (!lanczos.done()) lanczos.step();
  const RitzValue value = lanczos.ritz().largest.front();
  return {{"group", group},
          {"value", value.value},
          {"residual", value.residual},
          {"converged", value.converged},
          {"products", lanczos.iterations()}};
}

}  // namespace

Json group_spectra_part(CurvatureSession& session, SavedWork& work) {
  Json done = work.earlier().is_null() ? Json::array() : work.earlier();
  const std::size_t before = done.size();
  for (std::size_t g = before; g < session.groups.size(); ++g) {
    done.push_back(largest_eigenvalue(session, session.groups[g].name));
    work.safe_point([&] { return done; });
    work.show(static_cast<std::int64_t>(before), static_cast<std::int64_t>(g) + 1,
              std::ssize(session.groups),
              fmt::format("{}: largest {:.6g}", session.groups[g].name,
                          done.back().at("value").get<double>()));
  }
  std::int64_t products = 0;
  for (const Json& group : done) products += group.at("products").get<std::int64_t>();
  return {{"products", products}, {"groups", done}};
}

}  // namespace switchyard
