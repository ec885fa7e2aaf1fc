#include "apps/curvature/selection.hpp"

#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "comm/gather_texts.hpp"

namespace switchyard {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

// "backbone.layer1.0.conv1.weight" -> "backbone.layer1.*": short enough to be listed.
std::string summary_of(const std::string& name) {
  const std::size_t depth = name.starts_with("head.experts.") ? 3 : 2;
  std::size_t end = 0;
  for (std::size_t i = 0; i < depth && end != name.npos; ++i) end = name.find('.', end + (i > 0));
  return end == name.npos ? name : name.substr(0, end) + ".*";
}

std::string summary_of(const ParameterList& list) {
  std::vector<std::string> summaries;
  for (const std::string& name : list.names)
    if (std::string text = summary_of(name);
        std::find(summaries.begin(), summaries.end(), text) == summaries.end())
      summaries.push_back(text);
  return fmt::format("{}", fmt::join(summaries, ", "));
}

}  // namespace

ParameterList list_parameters(ModelState& state, const ProcessGrid& grid) {
  ParameterList list;
  std::string owned;
  for (const Parameter& p : state.parameters()) {
    if (p.expert)
      owned += fmt::format("{} {}\n", p.name, p.value.numel());
    else {
      list.names.push_back(p.name);
      list.sizes.push_back(p.value.numel());
    }
  }
  for (const std::string& text : gather_texts(grid.expert_parallel(), owned))
    for (const std::string& line : split(text, '\n')) {
      const std::size_t space = line.find(' ');
      list.names.push_back(line.substr(0, space));
      list.sizes.push_back(std::stoll(line.substr(space)));
    }
  return list;
}

Selected select_parameters(const std::string& patterns, const ParameterList& list) {
  std::set<std::string> chosen;
  for (const std::string& pattern : split(patterns, ',')) {
    bool any = false;
    for (const std::string& name : list.names)
      if (matches(pattern, name)) {
        chosen.insert(name);
        any = true;
      }
    SY_REQUIRE(any, ExitCode::bad_usage,
               "--params: no parameter's name matches '{}'; there are {} (separate patterns with "
               "commas)",
               pattern, summary_of(list));
  }
  SY_REQUIRE(!chosen.empty(), ExitCode::bad_usage, "--params names no parameter; there are {}",
             summary_of(list));
  return [chosen = std::move(chosen)](const std::string& name) { return chosen.contains(name); };
}

std::string group_of(const std::string& parameter) {
  constexpr std::string_view kLayer = "backbone.layer", kExpert = "head.experts.";
  if (parameter.starts_with(kLayer)) return "layer" + parameter.substr(kLayer.size(), 1);
  if (parameter.starts_with("backbone.")) return "stem";
  if (parameter.starts_with("head.gate.")) return "gate";
  if (!parameter.starts_with(kExpert)) return "head";
  const std::size_t end = parameter.find('.', kExpert.size());
  return "expert " + parameter.substr(kExpert.size(), end - kExpert.size());
}

std::vector<ParameterGroup> parameter_groups(const ParameterList& list, const Selected& selected) {
  std::vector<ParameterGroup> groups;
  for (std::size_t i = 0; i < list.names.size(); ++i) {
    if (!selected(list.names[i])) continue;
    const std::string name = group_of(list.names[i]);
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const ParameterGroup& group) { return group.name == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {.name = name});
    found->parameters += list.sizes[i];
  }
  return groups;
}

SegmentGroups segment_groups(const VectorSpace& space, const std::vector<ParameterGroup>& groups) {
  SegmentGroups result{.group_of = {}, .count = static_cast<int>(groups.size())};
  for (const VectorSegment& segment : space.segments()) {
    const std::string name = group_of(segment.name);
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const ParameterGroup& group) { return group.name == name; });
    result.group_of.push_back(found == groups.end() ? -1
                                                    : static_cast<int>(found - groups.begin()));
  }
  return result;
}

}  // namespace switchyard
