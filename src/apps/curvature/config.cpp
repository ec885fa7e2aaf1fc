#include "apps/curvature/config.hpp"

#include <string_view>

#include "base/error.hpp"
#include "train/config_changes.hpp"

namespace switchyard {
namespace {

// Beside what any work may change: they too change how an analysis is run, not its numbers beyond
// rounding.
constexpr std::string_view kFreeKeys[] = {"save-every", "cache", "cache-memory", "basis-memory",
                                          "augment"};

void require_precision(Precision precision) {
  SY_REQUIRE(precision == Precision::f32 || precision == Precision::f64, ExitCode::bad_usage,
             "--precision {} is too coarse for second derivatives; give --precision f32 or f64 "
             "(parameters are f32 in every checkpoint that was trained with {})",
             name_of<Precision>(precision, precision_choices),
             name_of<Precision>(precision, precision_choices));
}

// The smooth load loss is an expectation over gate noise.
void require_total_loss(const ObjectiveConfig& objective, const HeadConfig& head) {
  validate(objective, head);
  const bool smooth =
      head.is_sparse() && objective.load_weight > 0 && objective.load_loss == LoadLoss::smooth;
  SY_REQUIRE(
      !smooth || head.eval_gate_noise, ExitCode::bad_usage,
      "--loss total has the smooth load loss in it, which needs gate noise, and curvature is "
      "measured without; give --load-weight 0, --load-loss importance, or --eval-gate-noise "
      "on");
}

void require_eigenvectors(const std::string& setting, int wanted, int top,
                          const std::string& instead) {
  SY_REQUIRE(wanted <= top, ExitCode::bad_usage,
             "{} wants {} top eigenvectors, but --top is {}; raise --top, or give {}", setting,
             wanted, top, instead);
}

void require_spectrum(const SpectrumConfig& c) {
  SY_REQUIRE(
      c.max_iterations >= c.top + c.bottom, ExitCode::bad_usage,
      "--max-iterations {} of Lanczos find {} eigenvalues at most, but --top {} and --bottom "
      "{} are {}; raise --max-iterations, or ask for fewer eigenvalues",
      c.max_iterations, c.max_iterations, c.top, c.bottom, c.top + c.bottom);
  SY_REQUIRE(c.power_iterations == 0 || c.top > 0, ExitCode::bad_usage,
             "--power-iterations {} look for --top eigenvalues, but --top is 0; give --top 1 or "
             "more, or --power-iterations 0",
             c.power_iterations);
}

// Below them there is no standard error.
int fewest_probes(TraceMethod method) {
  return method == TraceMethod::hutchinson ? 2 : 3;
}

void require_traces(const TraceConfig& c) {
  const int fewest = fewest_probes(c.method);
  SY_REQUIRE(c.probes == 0 || c.probes >= fewest, ExitCode::bad_usage,
             "--trace-probes {} say nothing about the error of a trace by {}; give --trace-probes "
             "{} or more (many more for an error to rely on), or 0 for no trace",
             c.probes, name_of<TraceMethod>(c.method, trace_method_choices), fewest);
  SY_REQUIRE(c.groups != GroupFigures::trace || c.probes > 0, ExitCode::bad_usage,
             "--groups trace takes the probes of the trace, but --trace-probes is 0; raise "
             "--trace-probes, or give --groups off");
}

bool has_lines(const LandscapeConfig& c) {
  return c.points > 0 && c.eigenvectors + c.random > 0;
}

void require_landscape(const LandscapeConfig& c, int top) {
  if (c.points > 0)
    require_eigenvectors("--sweep-top", c.eigenvectors, top, fmt::format("--sweep-top {}", top));
  if (c.plane_points > 0 && c.plane == PlaneDirections::eigenvectors)
    require_eigenvectors("--plane top", 2, top, "--plane random");
  // The default asks for nothing by itself.
  SY_REQUIRE(c.points == LandscapeConfig{}.points || c.points == 0 || has_lines(c),
             ExitCode::bad_usage,
             "--sweep-points {} have no lines to lie on; give --sweep-top or --sweep-random, or "
             "--sweep-points 0",
             c.points);
}

void require_something(const CurvatureConfig& c) {
  const bool traced = c.trace.probes > 0 || c.trace.groups == GroupFigures::all;
  SY_REQUIRE(c.spectrum.top + c.spectrum.bottom > 0 || traced || c.trace.density_probes > 0 ||
                 has_lines(c.landscape) || c.landscape.plane_points > 0,
             ExitCode::bad_usage,
             "nothing is left to be measured; give --top, --bottom, --trace-probes, "
             "--density-probes, --sweep-random or --plane-points");
}

}  // namespace

void validate(const CurvatureConfig& c) {
  SY_REQUIRE(!(c.results.resume && c.results.overwrite), ExitCode::bad_usage,
             "--resume goes on with the analysis in the folder and --overwrite removes it; give "
             "one of the two");
  require_precision(c.training.execution.precision);
  validate(c.training.model);
  SY_REQUIRE(
      c.matrix.matrix == CurvatureMatrix::hessian || c.matrix.loss == CurvatureLoss::cross_entropy,
      ExitCode::bad_usage, "--matrix ggn is defined for the cross-entropy alone; give --loss ce");
  if (c.matrix.loss == CurvatureLoss::total)
    require_total_loss(c.training.objective, c.training.model.head);
  SY_REQUIRE(
      c.matrix.norm == NormStatistics::running || c.training.execution.norm_sync == NormSync::sync,
      ExitCode::bad_usage,
      "--bn train with --batch-norm local would measure a loss that depends on the grid; "
      "give --batch-norm sync");
  require_spectrum(c.spectrum);
  require_traces(c.trace);
  require_landscape(c.landscape, c.spectrum.top);
  require_something(c);
}

ObjectiveConfig objective_of(const CurvatureConfig& config) {
  return config.matrix.loss == CurvatureLoss::total ? config.training.objective
                                                    : cross_entropy_objective();
}

std::string setting_differences(CurvatureConfig before, CurvatureConfig now) {
  std::string text;
  for (const ConfigChange& change : config_changes(fields_of(before), fields_of(now), kFreeKeys))
    text += fmt::format("{}--{} {} (was {})", text.empty() ? "" : ", ", change.key, change.now,
                        change.before);
  return text;
}

}  // namespace switchyard
