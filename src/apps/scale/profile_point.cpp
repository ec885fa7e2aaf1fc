#include "apps/scale/profile_point.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "apps/scale/json_file.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProfile = "profile of a run";

template <class E, std::size_t N>
std::optional<E> named(const Json& name, const Choice<E> (&choices)[N]) {
  for (const Choice<E>& choice : choices)
    if (choice.name == name.get_ref<const std::string&>()) return choice.value;
  return std::nullopt;
}

// The mean over ranks of a member of each; ranks that are null count as 0.
double mean_over(const Json& per_rank, const char* member) {
  double sum = 0;
  for (const Json& rank : per_rank)
    if (!rank.is_null()) sum += rank.at(member).get<double>();
  return sum / static_cast<double>(per_rank.size());
}

int ranks_of_node(const Json& profile) {
  std::set<std::string> hosts;
  for (const Json& rank : profile.at("ranks")) hosts.insert(rank.at("host").get<std::string>());
  return static_cast<int>(profile.at("ranks").size() / std::max<std::size_t>(1, hosts.size()));
}

RankGroup group_of(const std::string& name) {
  if (name.starts_with("expert-parallel")) return RankGroup::expert_parallel;
  return name.starts_with("data-parallel") ? RankGroup::data_parallel : RankGroup::world;
}

void add_zones(const Json& profile, MeasuredPoint& point) {
  ZoneTable<double> exposed;
  for (const Json& call : profile.at("collectives")) {
    const auto zone = named(call.at("zone"), zone_choices);
    const auto pass = named(call.at("pass"), pass_choices);
    if (zone && pass) exposed.at(*zone, *pass) += mean_over(call.at("per_rank"), "exposed");
  }
  for (const Json& entry : profile.at("zones")) {
    const auto zone = named(entry.at("zone"), zone_choices);
    const auto pass = named(entry.at("pass"), pass_choices);
    if (!zone || !pass || *zone == Zone::checkpoint) continue;
    point.computed.at(*zone, *pass) =
        std::max(0.0, mean_over(entry.at("per_rank"), "mean") - exposed.at(*zone, *pass));
  }
}

void add_calls(const Json& profile, MeasuredPoint& point) {
  const int of_node = ranks_of_node(profile);
  for (const Json& call : profile.at("collectives")) {
    const auto operation = named(call.at("operation"), collective_choices);
    const bool overlaps =
        call.at("started").get<bool>() && operation != Collective::all_to_all_rows;
    const Json& seconds = call.at("transferring_per_call");
    if (!operation || overlaps || !seconds.is_number() || seconds.get<double>() <= 0) continue;
    point.calls.push_back(
        {*operation, layout_of(group_of(call.at("group").get<std::string>()), point.grid, of_node),
         call.at("bytes").at("median").get<double>(), seconds.get<double>()});
  }
}

// Steps timed as wholes, where there are any: recording costs them nothing.
double step_of(const Json& profile) {
  const Json& timed = profile.at("overhead").at("timed");
  if (timed.at("steps").get<int>() > 0) return timed.at("median").get<double>();
  return mean_over(profile.at("step").at("per_rank"), "mean");
}

double overload_of(const Json& profile) {
  double most = 1;
  for (const Json& layer : profile.at("experts"))
    if (layer.at("overload").is_number()) most = std::max(most, layer.at("overload").get<double>());
  return most;
}

}  // namespace

int ranks_of_profile(const fs::path& file) {
  std::size_t ranks = 0;
  read_json_file(file, kProfile, [&](const Json& profile) { ranks = profile.at("ranks").size(); });
  return static_cast<int>(ranks);
}

MeasuredPoint read_profile_point(const fs::path& file, const StepShape& shape,
                                 const GridShape& grid) {
  MeasuredPoint point;
  point.name = file.string();
  point.shape = shape;
  point.grid = grid;
  read_json_file(file, kProfile, [&](const Json& profile) {
    SY_REQUIRE(std::ssize(profile.at("ranks")) == grid.ranks, ExitCode::bad_data,
               "{} is of {} ranks (its run had {}); profile it anew", file.string(),
               profile.at("ranks").size(), grid.ranks);
    SY_REQUIRE(profile.at("steps").at("kind") == "training step", ExitCode::bad_data,
               "{} is not of training steps ({}); give profiles of switchyard train", file.string(),
               profile.at("steps").at("kind").dump());
    point.step = step_of(profile);
    add_zones(profile, point);
    add_calls(profile, point);
    point.waiting = mean_over(profile.at("communication").at("per_rank"), "exposed_waiting");
    point.overload = overload_of(profile);
  });
  return point;
}

}  // namespace switchyard
