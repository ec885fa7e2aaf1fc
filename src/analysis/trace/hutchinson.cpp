#include "analysis/trace/hutchinson.hpp"

#include <algorithm>

#include "analysis/trace/probes.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

void check_groups(const HutchinsonSamples& samples, const SegmentGroups& groups) {
  auto complete = [&](const std::vector<double>& group) {
    return group.size() == samples.whole.size();
  };
  SY_REQUIRE(std::ssize(samples.by_group) == groups.count &&
                 std::ranges::all_of(samples.by_group, complete),
             ExitCode::bad_data,
             "the samples of a trace of {} groups cannot be continued for {} groups; start anew",
             samples.by_group.size(), groups.count);
}

void add_sample(HutchinsonSamples& samples, const VectorSpace& space, const SegmentGroups& groups,
                const Tensor& v, const Tensor& av) {
  samples.whole.push_back(require_finite(space.dot(v, av)));
  if (groups.count == 0) return;
  std::vector<double> parts = space.group_dots(v, av, groups.group_of, groups.count);
  for (int g = 0; g < groups.count; ++g) samples.by_group[g].push_back(parts[g]);
}

TraceEstimate summarise(const std::vector<double>& samples, const TraceOptions& options) {
  auto [mean, error] = sample_mean(samples);
  TraceEstimate estimate{.trace = mean,
                         .standard_error = error,
                         .probes = std::ssize(samples),
                         .products = std::ssize(samples),
                         .samples = samples};
  estimate.converged = accurate_enough(estimate, options);
  return estimate;
}

}  // namespace

TraceEstimate hutchinson(SymmetricOperator& a, const TraceOptions& options,
                         HutchinsonSamples& samples, const SegmentGroups& groups,
                         const TraceProgress& progress) {
  validate(options);
  if (samples.whole.empty()) samples.by_group.resize(groups.count);
  check_groups(samples, groups);
  TraceEstimate estimate = summarise(samples.whole, options);
  while (!estimate.converged && estimate.probes < options.max_probes) {
    std::vector<Tensor> vs = next_probes(a, options.seed, estimate.probes, options.max_probes);
    std::vector<Tensor> avs = a.apply(vs);
    for (std::size_t i = 0; i < vs.size(); ++i)
      add_sample(samples, a.space(), groups, vs[i], avs[i]);
    estimate = summarise(samples.whole, options);
    if (progress) progress(estimate);
  }
  return estimate;
}

}  // namespace switchyard
