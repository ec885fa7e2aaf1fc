#include "apps/curvature/config.hpp"

#include <set>

#include "base/error.hpp"

namespace switchyard {
namespace {

// They change how an analysis is run, not its numbers beyond rounding.
const std::set<std::string> kFreeKeys = {"out",          "resume",       "overwrite",
                                         "save-every",   "data",         "cache",
                                         "cache-memory", "basis-memory", "threads",
                                         "deadline",     "ep",           "device",
                                         "communicator", "two-level",    "overlap-degree",
                                         "graphs",       "augment",      "fast-nondeterministic"};

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

void require_eigenvectors(const char* key, int wanted, int top) {
  SY_REQUIRE(wanted <= top, ExitCode::bad_usage,
             "{} wants {} top eigenvectors, but --top is {}; raise --top", key, wanted, top);
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
  if (c.landscape.points > 0)
    require_eigenvectors("--sweep-top", c.landscape.eigenvectors, c.spectrum.top);
  if (c.landscape.plane_points > 0 && c.landscape.plane == PlaneDirections::eigenvectors)
    require_eigenvectors("--plane top", 2, c.spectrum.top);
  SY_REQUIRE(c.trace.probes != 1, ExitCode::bad_usage,
             "one random vector says nothing about the error of a trace; give --trace-probes 2 or "
             "more, or 0 for no trace");
}

ObjectiveConfig objective_of(const CurvatureConfig& config) {
  return config.matrix.loss == CurvatureLoss::total ? config.training.objective
                                                    : cross_entropy_objective();
}

std::string setting_differences(CurvatureConfig before, CurvatureConfig now) {
  std::string text;
  std::vector<Field> old_fields = fields_of(before), new_fields = fields_of(now);
  for (std::size_t i = 0; i < old_fields.size(); ++i) {
    std::string was = old_fields[i].print(), is = new_fields[i].print();
    if (was == is || kFreeKeys.contains(old_fields[i].name)) continue;
    text +=
        fmt::format("{}--{} {} (was {})", text.empty() ? "" : ", ", old_fields[i].name, is, was);
  }
  return text;
}

}  // namespace switchyard
