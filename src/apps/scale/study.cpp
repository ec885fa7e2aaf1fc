#include "apps/scale/study.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/scaling/efficiency.hpp"
#include "apps/scale/assumptions.hpp"
#include "apps/scale/measurements.hpp"
#include "apps/scale/merge_points.hpp"
#include "apps/scale/series.hpp"

namespace switchyard {
namespace {

ScalingModel described_model(const MachineDescription& machine) {
  ScalingModel model;
  model.links = machine.links();
  model.ranks_per_node = machine.ranks_per_node;
  model.all_reduce = machine.all_reduce;
  return model;
}

std::vector<std::size_t> points_of_ranks(std::span<const MeasuredPoint> points,
                                         const std::vector<int>& ranks) {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (std::ranges::find(ranks, points[i].grid.ranks) != ranks.end()) left.push_back(i);
  SY_REQUIRE(!left.empty(), ExitCode::bad_usage,
             "--leave-out names no measured number of ranks; leave out some that were measured");
  return left;
}

std::vector<ComparedPoint> compare(const ScaleConfig& config, const ScalingModel& model,
                                   const ScalingModel& prior, std::span<const MeasuredPoint> points,
                                   std::span<const MeasuredCall> calls) {
  std::vector<ComparedPoint> compared;
  for (const MeasuredPoint& point : points)
    compared.push_back(
        {point, predict(model, point.shape, point.grid, point.overload).parts.total(), {}});
  const std::vector<LeftOut> results =
      config.leave_out.empty()
          ? leave_one_out(points, calls, prior)
          : leave_out(points, points_of_ranks(points, config.leave_out), calls, prior);
  for (const LeftOut& left : results) compared[left.point].left_out = left.predicted;
  return compared;
}

std::string not_used(const std::vector<std::string>& oversubscribed) {
  return fmt::format(
      "Not used, because they were measured with more threads than cores or more ranks than GPUs: "
      "{}.",
      fmt::join(oversubscribed, "; "));
}

void fit(const ScaleConfig& config, Study& study) {
  const ScalingModel prior = study.model;
  const Measurements found = read_measurements(config.measured, config.classes);
  const std::vector<MeasuredCall> calls = read_comm_benchmark(config.comm);
  if (!found.oversubscribed.empty()) study.left_out.push_back(not_used(found.oversubscribed));
  try {
    study.model = fit_model(found.points, calls, prior);
    study.points = compare(config, study.model, prior, found.points, calls);
  } catch (const Error& error) {
    if (found.oversubscribed.empty()) throw;
    fail(error.code(), fmt::format("{}. {}", error.what(), not_used(found.oversubscribed)));
  }
}

std::optional<double> measured_step(const Study& study, const StepShape& shape,
                                    const GridShape& grid) {
  const std::string name = describe(shape, grid);
  for (const ComparedPoint& compared : study.points)
    if (compared.point.name == name) return compared.point.step;
  return std::nullopt;
}

ScaleRow predict_row(const ScaleConfig& config, const Study& study, const ScaleSeries::Step& step) {
  ScalingModel model = study.model;
  if (study.points.empty()) model.costs = described_costs(study.machine, step.shape);
  ScaleRow row;
  row.shape = step.shape;
  row.grid = step.grid;
  row.overload = std::min<double>(config.overload, step.grid.ep);
  row.prediction = predict(model, step.shape, step.grid, row.overload);
  if (config.overload == 1) row.measured = measured_step(study, step.shape, step.grid);
  return row;
}

double total(const ScaleRow& row) {
  return row.prediction.parts.total();
}

std::vector<ScaleRow> fastest_of_each(std::vector<ScaleRow> rows) {
  std::vector<ScaleRow> fastest;
  for (ScaleRow& row : rows) {
    if (fastest.empty() || fastest.back().grid.ranks != row.grid.ranks)
      fastest.push_back(std::move(row));
    else if (total(row) < total(fastest.back()))
      fastest.back() = std::move(row);
  }
  return fastest;
}

// Against the fastest grid of the fewest ranks.
void compare_with_fewest(std::vector<ScaleRow>& rows, ScalingMode mode) {
  const double fewest = rows.front().grid.ranks;
  double base = total(rows.front());
  for (const ScaleRow& row : rows)
    if (row.grid.ranks == rows.front().grid.ranks) base = std::min(base, total(row));
  for (ScaleRow& row : rows) {
    const double ranks = row.grid.ranks;
    if (mode == ScalingMode::weak) {
      row.efficiency = weak_efficiency(base, total(row));
      continue;
    }
    row.efficiency = strong_efficiency(fewest, base, ranks, total(row));
    if (ranks > fewest) row.karp_flatt = karp_flatt(base / total(row), ranks / fewest);
  }
}

// Series that differ in batch or experts may leave out the same.
void add_sentences(const std::vector<std::string>& sentences, std::vector<std::string>& all) {
  for (const std::string& sentence : sentences)
    if (std::ranges::find(all, sentence) == all.end()) all.push_back(sentence);
}

}  // namespace

std::optional<double> ComparedPoint::error() const {
  if (!left_out) return std::nullopt;
  return *left_out / point.step - 1;
}

Study study_scaling(const ScaleConfig& config) {
  SY_REQUIRE(config.comm.empty() || !config.measured.empty(), ExitCode::bad_usage,
             "--comm alone says nothing of computing; give --measured runs too");
  SY_REQUIRE(config.leave_out.empty() || !config.measured.empty(), ExitCode::bad_usage,
             "--leave-out has nothing to leave out; give --measured runs too");
  Study study;
  study.machine = load_machine(config.machine, config.machines);
  study.model = described_model(study.machine);
  const std::vector<ScaleSeries> all = series_of(config);
  if (!config.measured.empty()) fit(config, study);
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<ScaleRow> rows;
    for (const ScaleSeries::Step& step : all[i].steps) {
      rows.push_back(predict_row(config, study, step));
      rows.back().series = i;
    }
    add_sentences(all[i].left_out, study.left_out);
    if (config.grids == GridChoice::fastest) rows = fastest_of_each(std::move(rows));
    compare_with_fewest(rows, config.mode);
    study.rows.insert(study.rows.end(), std::make_move_iterator(rows.begin()),
                      std::make_move_iterator(rows.end()));
  }
  study.assumptions = assumptions_of(config, study);
  return study;
}

}  // namespace switchyard
