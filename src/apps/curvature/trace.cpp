#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/trace/estimate_trace.hpp"
#include "apps/curvature/analyses.hpp"
#include "apps/curvature/json_of.hpp"

namespace switchyard {
namespace {

TraceOptions trace_options(const CurvatureSession& session) {
  const CurvatureConfig& config = session.config;
  return {.max_probes = config.trace.probes,
          .rel_error = config.trace.rel_error,
          .seed = config.results.seed,
          .memory = config.spectrum.basis_memory,
          .device_bytes = session.basis_bytes};
}

void show(const SavedWork& work, std::int64_t before, const TraceEstimate& estimate, int probes) {
  const double error = estimate.standard_error;
  work.show(before, estimate.probes, probes,
            fmt::format("trace {:.6g} +- {}", estimate.trace,
                        std::isfinite(error) ? fmt::format("{:.2g}", error) : "-"));
}

Json group_traces(const std::vector<ParameterGroup>& groups, const HutchinsonSamples& samples) {
  Json list = Json::array();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const SampleMean trace = sample_mean(samples.by_group[g]);
    list.push_back({{"group", groups[g].name},
                    {"parameters", groups[g].parameters},
                    {"trace", trace.mean},
                    {"standard_error", trace.standard_error}});
  }
  return list;
}

// Also where another estimator gives the trace: groups' traces come of Hutchinson's probes alone.
Json by_hutchinson(CurvatureSession& session, SavedWork& work) {
  const TraceConfig& c = session.config.trace;
  std::vector<ParameterGroup> groups;
  if (c.groups != GroupFigures::off) groups = session.groups;
  HutchinsonSamples samples;
  if (!work.earlier().is_null()) samples = samples_from(work.earlier());
  const std::int64_t before = std::ssize(samples.whole);
  const TraceEstimate estimate =
      hutchinson(session.matrix, trace_options(session), samples,
                 segment_groups(session.space.vectors(), groups), [&](const TraceEstimate& so_far) {
                   work.safe_point([&] { return to_json(samples); });
                   show(work, before, so_far, c.probes);
                 });
  Json part = {{"method", "hutchinson"}};
  part.update(to_json(estimate));
  if (!groups.empty()) part["groups"] = group_traces(groups, samples);
  return part;
}

}  // namespace

Json trace_part(CurvatureSession& session, SavedWork& work) {
  const TraceConfig& c = session.config.trace;
  if (c.method == TraceMethod::hutchinson) return by_hutchinson(session, work);
  const TraceEstimate estimate = estimate_trace(c.method, session.matrix, trace_options(session),
                                                [&](const TraceEstimate& so_far) {
                                                  work.safe_point([] { return Json(); });
                                                  show(work, 0, so_far, c.probes);
                                                });
  Json part = {{"method", name_of<TraceMethod>(c.method, trace_method_choices)}};
  part.update(to_json(estimate));
  return part;
}

Json group_traces_part(CurvatureSession& session, SavedWork& work) {
  return by_hutchinson(session, work);
}

}  // namespace switchyard
