#include "apps/curvature/result_tables.hpp"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace switchyard {
namespace {

using Columns = std::vector<std::string>;

// A number that is none is printed like null.
std::string cell(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return text == "null" ? "" : text;
}

// A line each, of these of their members.
std::string table_of(const Columns& columns, const std::vector<Json>& entries) {
  std::string text = fmt::format("{}\n", fmt::join(columns, ","));
  for (const Json& entry : entries) {
    std::vector<std::string> cells;
    for (const std::string& column : columns) cells.push_back(cell(entry.value(column, Json())));
    text += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return text;
}

std::string eigenvalue_table(const Json& spectrum) {
  std::vector<Json> pairs;
  for (const char* end : {"largest", "smallest"})
    for (const Json& pair : spectrum.at(end)) pairs.push_back(pair);
  return table_of({"vector", "value", "residual", "true_residual", "bound", "converged"}, pairs);
}

std::string trace_table(const Json& report) {
  Json all = report.at("trace");
  all["group"] = "all";
  all["parameters"] = report.at("parameters");
  std::vector<Json> lines = {all};
  for (const char* part : {"trace", "group_traces"})
    if (report.contains(part) && report.at(part).contains("groups"))
      for (const Json& group : report.at(part).at("groups")) lines.push_back(group);
  return table_of({"group", "parameters", "trace", "standard_error"}, lines);
}

std::string density_table(const Json& density) {
  std::string text = "eigenvalue,density,standard_error\n";
  const Json& grid = density.at("grid");
  for (std::size_t i = 0; i < grid.size(); ++i)
    text += fmt::format("{},{},{}\n", cell(grid[i]), cell(density.at("density")[i]),
                        cell(density.at("standard_error")[i]));
  return text;
}

}  // namespace

std::map<std::string, std::string> result_tables(const Json& report) {
  std::map<std::string, std::string> tables;
  if (report.contains("spectrum"))
    tables["eigenvalues.csv"] = eigenvalue_table(report.at("spectrum"));
  if (report.contains("trace")) tables["traces.csv"] = trace_table(report);
  if (report.contains("density")) tables["density.csv"] = density_table(report.at("density"));
  return tables;
}

}  // namespace switchyard
