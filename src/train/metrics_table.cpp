#include "train/metrics_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/split.hpp"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

FlatMetric leaf(const std::string& name, const Json& value) {
  FlatMetric metric{.name = name, .text = {}, .number = {}};
  if (value.is_string()) metric.text = value.get<std::string>();
  if (!value.is_number()) return metric;
  metric.text = value.dump();
  metric.number = value.get<double>();
  return metric;
}

void flatten(const std::string& name, const Json& value, std::vector<FlatMetric>& flat) {
  if (name.ends_with("/dead_experts")) {
    flat.push_back(leaf(name, value.size()));
  } else if (value.is_array()) {
    for (std::size_t e = 0; e < value.size(); ++e)
      flatten(fmt::format("{}/expert-{}", name, e), value[e], flat);
  } else if (value.is_object()) {
    for (const auto& [key, part] : value.items())
      flatten(name.empty() ? key : name + "/" + key, part, flat);
  } else {
    flat.push_back(leaf(name, value));
  }
}

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted;
  for (char c : text) quoted += c == '"' ? std::string(2, c) : std::string(1, c);
  return '"' + quoted + '"';
}

std::string text_of(const std::vector<std::string>& fields) {
  return fmt::format("{}\n", fmt::join(fields, ","));
}

// `column_of` has the header's names.
std::string row_of(const std::map<std::string, std::size_t>& column_of,
                   const std::vector<FlatMetric>& metrics) {
  std::vector<std::string> fields(column_of.size());
  for (const FlatMetric& metric : metrics) fields[column_of.at(metric.name)] = field(metric.text);
  return text_of(fields);
}

}  // namespace

std::vector<FlatMetric> flat_metrics(std::string_view line) {
  std::vector<FlatMetric> flat;
  flatten("", Json::parse(line), flat);
  return flat;
}

std::string metrics_csv(std::string_view lines) {
  std::vector<std::string> header;
  std::map<std::string, std::size_t> column_of;
  std::vector<std::vector<FlatMetric>> rows;
  std::istringstream text{std::string(lines)};
  for (std::string line; std::getline(text, line);) {
    rows.push_back(flat_metrics(line));
    for (const FlatMetric& metric : rows.back())
      if (column_of.emplace(metric.name, header.size()).second) header.push_back(metric.name);
  }
  if (rows.empty()) return {};
  std::string csv = text_of(header);
  for (const auto& metrics : rows) csv += row_of(column_of, metrics);
  return csv;
}

std::optional<std::string> metrics_row(std::string_view csv, std::string_view line) {
  std::map<std::string, std::size_t> column_of;
  for (const std::string& name : split_list(csv.substr(0, csv.find('\n'))))
    column_of.emplace(name, column_of.size());
  const std::vector<FlatMetric> metrics = flat_metrics(line);
  const bool all_known = std::ranges::all_of(
      metrics, [&](const FlatMetric& metric) { return column_of.contains(metric.name); });
  return all_known ? std::optional(row_of(column_of, metrics)) : std::nullopt;
}

}  // namespace switchyard
