#include "train/metrics_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

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

}  // namespace

std::vector<FlatMetric> flat_metrics(std::string_view line) {
  std::vector<FlatMetric> flat;
  flatten("", Json::parse(line), flat);
  return flat;
}

std::string metrics_csv(std::string_view lines) {
  std::vector<std::string> header;
  std::set<std::string> known;
  std::vector<std::map<std::string, std::string>> rows;
  std::istringstream text{std::string(lines)};
  for (std::string line; std::getline(text, line);) {
    auto& row = rows.emplace_back();
    for (const FlatMetric& metric : flat_metrics(line)) {
      if (known.insert(metric.name).second) header.push_back(metric.name);
      row.emplace(metric.name, field(metric.text));
    }
  }
  if (rows.empty()) return {};
  std::string csv = fmt::format("{}\n", fmt::join(header, ","));
  for (auto& row : rows) {
    std::vector<std::string> fields;
    for (const std::string& name : header) fields.push_back(row[name]);
    csv += fmt::format("{}\n", fmt::join(fields, ","));
  }
  return csv;
}

}  // namespace switchyard
