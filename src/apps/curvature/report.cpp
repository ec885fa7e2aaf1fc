#include "apps/curvature/report.hpp"

#include <nlohmann/json.hpp>

namespace switchyard {
namespace {

// The true one where it was looked for.
double shown_residual(const Json& pair) {
  return pair.at(pair.contains("true_residual") ? "true_residual" : "residual").get<double>();
}

std::string spectrum_lines(const Json& spectrum) {
  std::string text = fmt::format("\n{:<14} {:>14} {:>12}\n", "eigenvalue", "", "residual");
  for (const char* end : {"largest", "smallest"})
    for (std::size_t i = 0; i < spectrum.at(end).size(); ++i) {
      const Json& pair = spectrum.at(end)[i];
      text += fmt::format("{:<14} {:>14.7g} {:>12.2g}{}\n", fmt::format("{} {}", end, i + 1),
                          pair.at("value").get<double>(), shown_residual(pair),
                          pair.at("converged").get<bool>() ? "" : "  not converged");
    }
  return text + fmt::format("{} products\n", spectrum.at("products").get<int>());
}

std::string power_lines(const Json& power) {
  std::string text = fmt::format("\n{:<14} {:>14} {:>12}\n", "power iteration", "", "iterations");
  for (std::size_t i = 0; i < power.at("eigenvalues").size(); ++i) {
    const Json& value = power.at("eigenvalues")[i];
    text += fmt::format("{:<14} {:>14.7g} {:>12}{}\n", fmt::format("found {}", i + 1),
                        value.at("value").get<double>(), value.at("iterations").get<int>(),
                        value.at("converged").get<bool>() ? "" : "  not converged");
  }
  return text;
}

// A number that may be null: a standard error of one sample, a share of no growth.
std::string number(const Json& json, std::string_view format) {
  return json.is_null() ? "-" : fmt::format(fmt::runtime(format), json.get<double>());
}

std::string trace_line(const Json& trace) {
  return fmt::format("\ntrace {:.7g} +- {} ({}, {} products{})\n", trace.at("trace").get<double>(),
                     number(trace.at("standard_error"), "{:.2g}"),
                     trace.at("method").get<std::string>(), trace.at("products").get<int>(),
                     trace.at("converged").get<bool>() ? "" : ", not converged");
}

std::string group_lines(const Json& groups) {
  std::string text =
      fmt::format("\n{:<14} {:>12} {:>14} {:>10}\n", "group", "parameters", "trace", "+-");
  for (const Json& group : groups)
    text += fmt::format("{:<14} {:>12} {:>14.6g} {:>10}\n", group.at("group").get<std::string>(),
                        group.at("parameters").get<std::int64_t>(), group.at("trace").get<double>(),
                        number(group.at("standard_error"), "{:.2g}"));
  return text;
}

std::string group_spectrum_lines(const Json& groups) {
  std::string text = fmt::format("\n{:<14} {:>14} {:>12}\n", "group", "largest", "residual");
  for (const Json& group : groups)
    text += fmt::format("{:<14} {:>14.7g} {:>12.2g}{}\n", group.at("group").get<std::string>(),
                        group.at("value").get<double>(), group.at("residual").get<double>(),
                        group.at("converged").get<bool>() ? "" : "  not converged");
  return text;
}

double most_rerouted(const Json& points) {
  double most = 0;
  for (const Json& point : points)
    if (point.contains("routing"))
      most = std::max(most, point.at("routing").at("rerouted").get<double>());
  return most;
}

std::string landscape_lines(const Json& landscape) {
  std::string text = fmt::format("\n{:<16} {:>12} {:>12} {:>10} {:>12} {:>12}\n", "landscape",
                                 "first loss", "last loss", "rerouted", "share: sets", "weights");
  for (const Json& sweep : landscape.at("sweeps")) {
    const Json& points = sweep.at("points");
    const Json& share = sweep.at("routing_share");
    text += fmt::format("{:<16} {:>12} {:>12} {:>10.4f} {:>12} {:>12}\n",
                        sweep.at("name").get<std::string>(),
                        number(points.front().at("loss"), "{:.5f}"),
                        number(points.back().at("loss"), "{:.5f}"), most_rerouted(points),
                        number(share.at("sets"), "{:.4f}"), number(share.at("weights"), "{:.4f}"));
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
            {"step", origin.step ? Json(*origin.step) : Json()},
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
      "{} over {} parameters, {} {} images: loss {:.6f}, gradient norm {:.4g}\n",
      report.at("matrix").get<std::string>(), report.at("parameters").get<std::int64_t>(),
      report.at("samples").at("count").get<std::int64_t>(),
      report.at("samples").at("split").get<std::string>(), report.at("loss").get<double>(),
      report.at("gradient_norm").get<double>());
  if (report.contains("spectrum")) text += spectrum_lines(report.at("spectrum"));
  if (report.contains("power_iteration")) text += power_lines(report.at("power_iteration"));
  if (report.contains("trace")) text += trace_line(report.at("trace"));
  for (const char* part : {"trace", "group_traces"})
    if (report.contains(part) && report.at(part).contains("groups"))
      text += group_lines(report.at(part).at("groups"));
  if (report.contains("group_spectra"))
    text += group_spectrum_lines(report.at("group_spectra").at("groups"));
  if (report.contains("landscape")) text += landscape_lines(report.at("landscape"));
  return text;
}

}  // namespace switchyard
