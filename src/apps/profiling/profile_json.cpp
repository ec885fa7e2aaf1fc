#include "apps/profiling/profile_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>
#include <utility>

#include "analysis/profile/time_spans.hpp"
#include "apps/json.hpp"

namespace switchyard {
namespace {

constexpr int kFormat = 1;

Json json_of(const Quantiles& q) {
  return {{"p50", q.p50}, {"p95", q.p95}, {"p99", q.p99}, {"mean", q.mean}};
}

template <class Range>
Json array_of(const Range& range, Json (*json_of)(const std::ranges::range_value_t<Range>&)) {
  Json array = Json::array();
  for (const auto& element : range) array.push_back(json_of(element));
  return array;
}

Json steps_of(const RecordedSteps& steps, const Overhead& overhead) {
  return {{"kind", name_of<StepKind>(steps.profiles().front().kind, step_kind_choices)},
          {"first", steps.number(0)},
          {"last", steps.number(steps.count() - 1)},
          {"recorded", steps.count()},
          {"timed", overhead.timed.steps}};
}

Json json_of(const RankProfile& rank) {
  return {{"rank", rank.rank},
          {"host", rank.host},
          {"device", rank.device},
          {"clock_offset", kSecondsPerNanosecond * rank.clock_offset},
          {"clock_uncertainty", kSecondsPerNanosecond * rank.clock_uncertainty}};
}

Json json_of(const ZoneTimes& times) {
  Json ranks = array_of(times.per_rank, json_of);
  for (std::size_t rank = 0; rank < times.share.size(); ++rank)
    ranks[rank]["share"] = times.share[rank];
  return {{"zone", name_of<Zone>(times.zone, zone_choices)},
          {"pass", name_of<Pass>(times.pass, pass_choices)},
          {"per_rank", std::move(ranks)},
          {"over_ranks", json_of(times.over_ranks)},
          {"max", times.max()},
          {"max_rank", times.max_rank},
          {"max_over_mean", or_null(times.max_over_mean)}};
}

Json json_of(const BytesSent& bytes) {
  return {
      {"local", bytes.local}, {"intra_node", bytes.intra_node}, {"inter_node", bytes.inter_node}};
}

Json json_of(const std::optional<RankCollective>& rank) {
  if (!rank) return nullptr;
  return {{"waiting", rank->waiting},
          {"transferring", rank->transferring},
          {"exposed", rank->exposed},
          {"overlapped", rank->overlapped},
          {"times_last", rank->times_last}};
}

Json straggler_of(const CollectiveTimes& times) {
  const auto rank = times.straggler();
  return {{"rank", or_null(rank)},
          {"times_last", rank ? times.per_rank[*rank]->times_last : 0},
          {"undecided", times.undecided}};
}

Json json_of(const CollectiveTimes& times) {
  return {{"operation", name_of<Collective>(times.operation, collective_choices)},
          {"group", times.group},
          {"group_sizes", times.group_sizes},
          {"zone", name_of<Zone>(times.zone, zone_choices)},
          {"pass", name_of<Pass>(times.pass, pass_choices)},
          {"reach", name_of<Reach>(times.reach, reach_choices)},
          {"started", times.started},
          {"calls", times.calls},
          {"calls_per_step", times.calls_per_step},
          {"bytes", {{"median", times.median_bytes}, {"max", times.max_bytes}}},
          {"sent", times.sent ? json_of(*times.sent) : Json()},
          {"transferring_per_call", times.transferring_per_call},
          {"algbw", or_null(times.algbw)},
          {"busbw", or_null(times.busbw)},
          {"per_rank", array_of(times.per_rank, json_of)},
          {"straggler", straggler_of(times)}};
}

Json json_of(const RankCommunication& rank) {
  return {{"total", rank.total},
          {"exposed", rank.exposed},
          {"overlapped", rank.overlapped()},
          {"exposed_waiting", rank.exposed_waiting},
          {"exposed_transferring", rank.exposed_transferring()},
          {"exposed_share", rank.exposed_share}};
}

Json json_of(const Traffic& traffic) {
  Json json = {{"matrix", traffic.matrix}, {"sent", traffic.sent}, {"received", traffic.received}};
  json.update(json_of(traffic.total));
  return json;
}

Json json_of(const ExpertLoad& load) {
  const RowCounts rows = load.rows(), rank_rows = load.rank_rows();
  Json overload_per_step = Json::array();
  for (const RowCounts& step : load.rank_rows_per_step)
    overload_per_step.push_back(or_null(max_over_mean(step)));
  return {{"layer", load.layer},
          {"experts", load.experts()},
          {"rows", rows},
          {"rows_per_rank", rank_rows},
          {"max_over_mean", or_null(max_over_mean(rows))},
          {"cv", or_null(load.cv())},
          {"dead", load.dead()},
          {"overload", or_null(max_over_mean(rank_rows))},
          {"overload_rank", std::ranges::max_element(rank_rows) - rank_rows.begin()},
          {"overload_per_step", std::move(overload_per_step)},
          {"dropped", 0}};
}

Json json_of(const TimedSteps& steps) {
  return {{"steps", steps.steps}, {"median", steps.steps > 0 ? Json(steps.median) : Json()}};
}

Json json_of(const Overhead& overhead) {
  return {{"recorded", json_of(overhead.recorded)},
          {"timed", json_of(overhead.timed)},
          {"ratio", or_null(overhead.ratio)},
          {"interval", overhead.interval
                           ? Json::array({overhead.interval->lower, overhead.interval->upper})
                           : Json()}};
}

}  // namespace

std::string profile_json(const RecordedSteps& steps, const ProfileFigures& figures) {
  const Json json = {{"format", kFormat},
                     {"steps", steps_of(steps, figures.overhead)},
                     {"ranks", array_of(steps.profiles(), json_of)},
                     {"step",
                      {{"per_rank", array_of(figures.step.per_rank, json_of)},
                       {"over_ranks", json_of(figures.step.over_ranks)}}},
                     {"zones", array_of(figures.zones, json_of)},
                     {"loader", array_of(figures.loader, json_of)},
                     {"collectives", array_of(figures.collectives, json_of)},
                     {"communication",
                      {{"per_rank", array_of(figures.communication, json_of)},
                       {"incomplete", figures.calls.incomplete}}},
                     {"traffic", json_of(figures.traffic)},
                     {"experts", array_of(figures.experts, json_of)},
                     {"overhead", json_of(figures.overhead)}};
  return json.dump(1) + "\n";
}

}  // namespace switchyard
