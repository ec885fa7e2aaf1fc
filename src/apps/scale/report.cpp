#include "apps/scale/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/scale/merge_points.hpp"

namespace switchyard {
namespace {

std::string ms(double seconds) {
  return fmt::format("{:.4g}", seconds * 1e3);
}

std::string part(double seconds) {
  return fmt::format("{:.3g}", seconds * 1e3);
}

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:+.1f}", *share * 100) : "-";
}

std::string points_table(const Study& study) {
  std::string text = fmt::format("{:<56}{:>10}{:>10}{:>11}{:>9}\n", "measured point, ms a step",
                                 "measured", "fitted", "left out", "error %");
  for (const ComparedPoint& compared : study.points)
    text +=
        fmt::format("{:<56}{:>10}{:>10}{:>11}{:>9}\n", compared.point.name, ms(compared.point.step),
                    ms(compared.modelled), compared.left_out ? ms(*compared.left_out) : "-",
                    percent(compared.error()));
  return text;
}

std::string error_line(const Study& study) {
  double sum = 0, largest = 0;
  int count = 0;
  for (const ComparedPoint& compared : study.points) {
    if (!compared.error()) continue;
    sum += std::abs(*compared.error());
    largest = std::max(largest, std::abs(*compared.error()));
    ++count;
  }
  if (count == 0)
    return "Too few points to leave one out: the model's error is not known; measure at three or "
           "more batch sizes.\n";
  return fmt::format(
      "On {} of {} points that were left out of the fit the model is off by {:.1f} % in the mean, "
      "{:.1f} % at most.\n",
      count, study.points.size(), 100 * sum / count, 100 * largest);
}

std::string row_line(const ScaleRow& row) {
  const StepBreakdown& p = row.prediction.parts;
  return fmt::format("{:>5}{:>9}{:>9}{:>9}{:>8}{:>9}{:>9}{:>9}{:>7}{:>8}{:>8}{:>6.1f} {}\n",
                     row.grid.ranks, fmt::format("{} x {}", row.grid.dp(), row.grid.ep),
                     row.shape.batch, ms(p.total()), part(p.forward), part(p.backward),
                     part(p.experts_exchange), part(p.gradient_sync), part(p.norm_sync),
                     part(p.waiting), part(p.other), row.efficiency * 100,
                     row.measured ? fmt::format("measured {}", ms(*row.measured)) : "modelled");
}

std::string series_head(const ScaleRow& row, ScalingMode mode) {
  const std::string all = describe(row.shape, row.grid);
  return fmt::format(
      "\n{} scaling of {}, ms a "
      "step\n{:>5}{:>9}{:>9}{:>9}{:>8}{:>9}{:>9}{:>9}{:>7}{:>8}{:>8}{:>6}\n",
      mode == ScalingMode::weak ? "Weak" : "Strong", all.substr(0, all.find(", batch")), "ranks",
      "dp x ep", "batch", "step", "forward", "backward", "exchange", "gradient", "norm", "waiting",
      "other", "eff %");
}

}  // namespace

std::string report_text(const ScaleConfig& config, const Study& study) {
  std::string text = fmt::format("Machine: {}. Assumptions:\n", study.machine.name);
  for (const std::string& sentence : study.assumptions) text += fmt::format("- {}\n", sentence);
  if (!study.points.empty()) text += fmt::format("\n{}{}", points_table(study), error_line(study));
  const ScaleRow* before = nullptr;
  for (const ScaleRow& row : study.rows) {
    if (!before || row.series != before->series) text += series_head(row, config.mode);
    text += row_line(row);
    before = &row;
  }
  for (const std::string& sentence : study.left_out) text += fmt::format("\n{}\n", sentence);
  return text;
}

}  // namespace switchyard
