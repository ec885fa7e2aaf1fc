#include <nlohmann/json.hpp>

#include "analysis/power_iteration.hpp"
#include "apps/curvature/analyses.hpp"

namespace switchyard {

// Not continued in its midst: it is there for comparison.
Json power_part(CurvatureSession& session, SavedWork& work) {
  const SpectrumConfig& c = session.config.spectrum;
  std::int64_t products = 0;
  const std::vector<PowerEigenpair> pairs = power_iteration(
      session.matrix,
      {.eigenvalues = c.top,
       .tolerance = c.power_tolerance,
       .max_iterations = c.power_iterations,
       .seed = session.config.results.seed},
      [&](int index, int iteration, double value) {
        ++products;
        work.safe_point([] { return Json(); });
        work.show(0, index * c.power_iterations + iteration, c.top * c.power_iterations,
                  fmt::format("eigenvalue {}: {:.6g}", index + 1, value));
      });
  Json list = Json::array();
  for (const PowerEigenpair& pair : pairs)
    list.push_back(
        {{"value", pair.value}, {"iterations", pair.iterations}, {"converged", pair.converged}});
  return {{"products", products}, {"eigenvalues", list}};
}

}  // namespace switchyard
