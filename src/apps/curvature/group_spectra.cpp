#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/lanczos.hpp"
#include "apps/curvature/analyses.hpp"

namespace switchyard {
namespace {

// The diagonal block of one group is the matrix over its parameters alone. `at_step` is called
// after every product, with the largest eigenvalue so far.
Json largest_eigenvalue(CurvatureSession& session, const std::string& group,
                        const std::function<void(int iterations, double value)>& at_step) {
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
  while (!lanczos.done()) {
    lanczos.step();
    at_step(lanczos.iterations(), lanczos.ritz().largest.front().value);
  }
  const RitzValue value = lanczos.ritz().largest.front();
  return {{"group", group},
          {"value", value.value},
          {"residual", value.residual},
          {"converged", value.converged},
          {"products", lanczos.iterations()}};
}

}  // namespace

// A group that is stopped in its midst begins anew.
Json group_spectra_part(CurvatureSession& session, SavedWork& work) {
  const std::int64_t most = session.config.spectrum.max_iterations;
  Json done = work.earlier().is_null() ? Json::array() : work.earlier();
  const std::int64_t before = std::ssize(done) * most;
  for (std::size_t g = done.size(); g < session.groups.size(); ++g) {
    const std::string& name = session.groups[g].name;
    done.push_back(largest_eigenvalue(session, name, [&](int iterations, double value) {
      work.safe_point([&] { return done; });
      work.show(before, std::ssize(done) * most + iterations, std::ssize(session.groups) * most,
                fmt::format("{}: largest {:.6g}", name, value));
    }));
  }
  std::int64_t products = 0;
  for (const Json& group : done) products += group.at("products").get<std::int64_t>();
  return {{"products", products}, {"groups", done}};
}

}  // namespace switchyard
