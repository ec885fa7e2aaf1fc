#include "apps/curvature/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace switchyard {
namespace {

// Below so much growth at a point, relative to the loss at alpha = 0, shares of it say nothing.
constexpr double kLeastGrowth = 0.01;

// A number that may not exist: a standard error of one sample, a share of no growth, a loss that
// overflowed.
std::string number(const Json& json, std::string_view format) {
  if (json.is_null() || !std::isfinite(json.get<double>())) return "-";
  return fmt::format(fmt::runtime(format), json.get<double>());
}

const char* mark(const Json& result) {
  return result.at("converged").get<bool>() ? "" : "  not converged";
}

// The true one where it was looked for.
const Json& shown_residual(const Json& pair) {
  return pair.at(pair.contains("true_residual") ? "true_residual" : "residual");
}

std::string spectrum_lines(const Json& spectrum) {
  std::string text = fmt::format("\n{:<14} {:>14} {:>12}\n", "eigenvalue", "", "residual");
  for (const char* end : {"largest", "smallest"})
    for (std::size_t i = 0; i < spectrum.at(end).size(); ++i) {
      const Json& pair = spectrum.at(end)[i];
      text += fmt::format("{:<14} {:>14} {:>12}{}\n", fmt::format("{} {}", end, i + 1),
                          number(pair.at("value"), "{:.7g}"),
                          number(shown_residual(pair), "{:.2g}"), mark(pair));
    }
  return text + fmt::format("{} products{}\n", spectrum.at("products").get<int>(),
                            spectrum.at("converged").get<bool>() ? "" : ", not converged");
}

std::string power_lines(const Json& power) {
  std::string text = fmt::format("\n{:<14} {:>14} {:>12}\n", "power iteration", "", "iterations");
  for (std::size_t i = 0; i < power.at("eigenvalues").size(); ++i) {
    const Json& value = power.at("eigenvalues")[i];
    text += fmt::format("{:<14} {:>14} {:>12}{}\n", fmt::format("found {}", i + 1),
                        number(value.at("value"), "{:.7g}"), value.at("iterations").get<int>(),
                        mark(value));
  }
  return text;
}

std::string trace_line(const Json& trace) {
  return fmt::format("\ntrace {} +- {} ({}, {} products{})\n", number(trace.at("trace"), "{:.7g}"),
                     number(trace.at("standard_error"), "{:.2g}"),
                     trace.at("method").get<std::string>(), trace.at("products").get<int>(),
                     trace.at("converged").get<bool>() ? "" : ", not converged");
}

std::string group_lines(const Json& groups) {
  std::string text =
      fmt::format("\n{:<14} {:>12} {:>14} {:>10}\n", "group", "parameters", "trace", "+-");
  for (const Json& group : groups)
    text +=
        fmt::format("{:<14} {:>12} {:>14} {:>10}\n", group.at("group").get<std::string>(),
                    group.at("parameters").get<std::int64_t>(), number(group.at("trace"), "{:.6g}"),
                    number(group.at("standard_error"), "{:.2g}"));
  return text;
}

std::string group_spectrum_lines(const Json& groups) {
  std::string text = fmt::format("\n{:<14} {:>14} {:>12}\n", "group", "largest", "residual");
  for (const Json& group : groups)
    text += fmt::format("{:<14} {:>14} {:>12}{}\n", group.at("group").get<std::string>(),
                        number(group.at("value"), "{:.7g}"), number(group.at("residual"), "{:.2g}"),
                        mark(group));
  return text;
}

std::string density_lines(const Json& density) {
  std::string text = fmt::format("\n{:<16} {:>14} {:>12}\n", "spectral density", "mean", "+-");
  for (int k = 1; k <= 2; ++k) {
    const Json& moment = density.at("moments").at(k - 1);
    text += fmt::format("{:<16} {:>14} {:>12}\n", k == 1 ? "tr(H)/n" : "tr(H^2)/n",
                        number(moment.at("mean"), "{:.6g}"),
                        number(moment.at("standard_error"), "{:.2g}"));
  }
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const Json& rule : density.at("rules"))
    for (const Json& node : rule.at("nodes")) {
      lowest = std::min(lowest, node.get<double>());
      highest = std::max(highest, node.get<double>());
    }
  return text + fmt::format("{:<16} {:>14}\n{:<16} {:>14}\n", "smallest node",
                            number(lowest, "{:.6g}"), "largest node", number(highest, "{:.6g}"));
}

double most_rerouted(const Json& points) {
  double most = 0;
  for (const Json& point : points)
    if (point.contains("routing"))
      most = std::max(most, point.at("routing").at("rerouted").get<double>());
  return most;
}

bool grows_enough(const Json& share, double origin_loss) {
  return share.at("growth").get<double>() >=
         kLeastGrowth * std::abs(origin_loss) * share.at("points").get<double>();
}

std::string landscape_lines(const Json& landscape) {
  static constexpr char kRow[] = "{:<16} {:>12} {:>12} {:>14} {:>12} {:>15} {:>18}\n";
  const double origin_loss = landscape.at("origin").at("loss").get<double>();
  std::string text = fmt::format("\nlandscape: loss {:.5f} at alpha = 0\n", origin_loss);
  text += fmt::format(kRow, "line or plane", "first loss", "last loss", "most rerouted",
                      "loss growth", "share by sets", "share by weights");
  for (const Json& sweep : landscape.at("sweeps")) {
    const Json& points = sweep.at("points");
    const Json& share = sweep.at("routing_share");
    auto share_of = [&](const char* cause) {
      return grows_enough(share, origin_loss) ? number(share.at(cause), "{:.4f}") : "-";
    };
    text += fmt::format(
        kRow, sweep.at("name").get<std::string>(), number(points.front().at("loss"), "{:.5f}"),
        number(points.back().at("loss"), "{:.5f}"), fmt::format("{:.4f}", most_rerouted(points)),
        number(share.at("growth"), "{:.4g}"), share_of("sets"), share_of("weights"));
  }
  return text;
}

}  // namespace

Json settings_of(const CurvatureConfig& config) {
  CurvatureConfig copy = config;
  Json settings = Json::object();
  for (const Field& field : fields_of(copy)) settings[field.name] = field.print();
  return settings;
}

Json subject_of(const CurvatureSession& session, const RunFolder& run, const WeightsOrigin& origin,
                const std::string& weights, std::uint32_t samples) {
  const CurvatureConfig& c = session.config;
  std::int64_t count = 0;
  for (const Batch& batch : session.batches) count += batch.global_size;
  return {{"run", run.path().string()},
          {"checkpoint",
           {{"path", origin.path.string()},
            {"step", or_null(origin.step)},
            {"weights", weights}}},
          {"samples",
           {{"split", name_of<DataPart>(c.matrix.part, data_part_choices)},
            {"count", count},
            {"batches", session.batches.size()},
            {"checksum", samples}}},
          {"matrix", name_of<CurvatureMatrix>(c.matrix.matrix, curvature_matrix_choices)},
          {"parameters", session.space.vectors().dimension()}};
}

std::string results_table(const Json& report) {
  std::string text = fmt::format(
      "{} over {} parameters, {} {} images: loss {}, gradient norm {}\n",
      report.at("matrix").get<std::string>(), report.at("parameters").get<std::int64_t>(),
      report.at("samples").at("count").get<std::int64_t>(),
      report.at("samples").at("split").get<std::string>(), number(report.at("loss"), "{:.6f}"),
      number(report.at("gradient_norm"), "{:.4g}"));
  if (report.contains("spectrum")) text += spectrum_lines(report.at("spectrum"));
  if (report.contains("power_iteration")) text += power_lines(report.at("power_iteration"));
  if (report.contains("trace")) text += trace_line(report.at("trace"));
  for (const char* part : {"trace", "group_traces"})
    if (report.contains(part) && report.at(part).contains("groups"))
      text += group_lines(report.at(part).at("groups"));
  if (report.contains("group_spectra"))
    text += group_spectrum_lines(report.at("group_spectra").at("groups"));
  if (report.contains("density")) text += density_lines(report.at("density"));
  if (report.contains("landscape") && !report.at("landscape").at("sweeps").empty())
    text += landscape_lines(report.at("landscape"));
  return text;
}

}  // namespace switchyard
