#include "analysis/stochastic_lanczos.hpp"

#include "analysis/lanczos.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

LanczosOptions lanczos_options(SymmetricOperator& a, const StochasticLanczosOptions& options,
                               std::int64_t probe) {
  LanczosOptions result;
  result.wanted = {.largest = 0, .smallest = 0};
  result.max_iterations = options.steps;
  result.start = a.space().random(RandomEntries::rademacher, options.seed, probe);
  result.basis = options.basis;
  return result;
}

}  // namespace

void stochastic_lanczos(SymmetricOperator& a, const StochasticLanczosOptions& options,
                        std::vector<QuadratureRule>& rules,
                        const StochasticLanczosProgress& progress) {
  SY_REQUIRE(options.probes >= 1 && options.steps >= 1, ExitCode::bad_usage,
             "a spectral density cannot be had of {} random vectors with {} steps of Lanczos each; "
             "ask for one or more of both",
             options.probes, options.steps);
  std::int64_t products = 0;
  while (std::ssize(rules) < options.probes) {
    Lanczos lanczos(a, lanczos_options(a, options, std::ssize(rules)));
    while (!lanczos.done() && !lanczos.exhausted()) {
      lanczos.step();
      if (progress) progress(++products);
    }
    const LanczosState& state = lanczos.state();
    rules.push_back(
        gauss_rule(state.alphas, std::span(state.betas).first(state.alphas.size() - 1)));
  }
}

}  // namespace switchyard
