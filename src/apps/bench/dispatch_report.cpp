#include "apps/bench/dispatch_report.hpp"

#include <nlohmann/json.hpp>

#include "apps/bench/results.hpp"

namespace switchyard {
namespace {

constexpr double kKibibyte = 1024;

std::string_view passes_name(const DispatchCase& c) {
  return name_of(c.passes, dispatch_passes_choices);
}

std::string timed_heading() {
  return fmt::format("{:<18}{:>10}{:>9}{:>10}{:>23}{:>10}\n", "workload", "median ms", "p95 ms",
                     "device ms", "/ balanced", "tokens/s");
}

std::string recorded_heading() {
  return fmt::format("{:<18}{:>12}{:>9}{:>10}{:>10}{:>8}\n", "workload", "recorded ms", "wait ms",
                     "sent KiB", "overload", "worst");
}

std::string device_text(const Measurement& times) {
  if (times.device.empty()) return "-";
  return fmt::format("{:.3f}", milliseconds(summarize(over_ranks(times.device)).median));
}

std::string timed_line(const DispatchFigures& figures) {
  const TimeSummary time = summarize(over_ranks(figures.times.host));
  return fmt::format("{:<18}{:>10.3f}{:>9.3f}{:>10}{:>23}{:>10.0f}\n",
                     workload_name(figures.measured_case), milliseconds(time.median),
                     milliseconds(time.p95), device_text(figures.times),
                     ratio_text(figures.over_balanced), figures.tokens_per_second());
}

std::string recorded_line(const DispatchFigures& figures) {
  return fmt::format("{:<18}{:>12.3f}{:>9.3f}{:>10.1f}{:>10.3f}{:>8.3f}\n",
                     workload_name(figures.measured_case), milliseconds(figures.recorded),
                     milliseconds(figures.longest_waiting()), figures.sent_bytes() / kKibibyte,
                     figures.overload, figures.worst_overload);
}

Json case_to_json(const DispatchCase& c) {
  return {{"workload", workload_name(c)},
          {"passes", passes_name(c)},
          {"tokens", c.tokens},
          {"features", c.features},
          {"expert_hidden", c.expert_hidden},
          {"classes", c.classes},
          {"experts", c.experts},
          {"k", c.k},
          {"ep", c.ep},
          {"overlap_degree", c.overlap_degree}};
}

// Of one rank's repetitions.
Json rank_times(const RankTimes& times, std::size_t rank) {
  std::vector<double> own;
  for (const std::vector<double>& ranks : times) own.push_back(ranks[rank]);
  return times_to_json(own);
}

Json rank_to_json(const DispatchFigures& figures, std::size_t rank) {
  const DispatchRank& r = figures.ranks[rank];
  return {{"rank", rank},
          {"tokens", r.tokens},
          {"rows_per_pass", r.rows},
          {"sent_bytes_per_pass", r.sent_bytes},
          {"host", rank_times(figures.times.host, rank)},
          {"device", rank_times(figures.times.device, rank)},
          {"communication_ms", milliseconds(r.communication)},
          {"exposed_ms", milliseconds(r.exposed)},
          {"waiting_ms", milliseconds(r.waiting)}};
}

Json zone_to_json(const ZoneTimes& zone) {
  Json ranks = Json::array();
  for (const Quantiles& rank : zone.per_rank) ranks.push_back(milliseconds(rank.p50));
  return {{"zone", name_of(zone.zone, zone_choices)},
          {"pass", name_of(zone.pass, pass_choices)},
          {"median_ms", ranks}};
}

Json difference_to_json(const std::optional<DispatchDifference>& difference) {
  if (!difference) return nullptr;
  return {{"outputs", difference->outputs},
          {"feature_gradients", difference->feature_gradients},
          {"parameter_gradients", difference->parameter_gradients}};
}

}  // namespace

std::string dispatch_table(std::span<const DispatchFigures> cases) {
  std::string text = sizes_text(cases.front().measured_case) + '\n' + timed_heading();
  for (const DispatchFigures& figures : cases) text += timed_line(figures);
  text += recorded_heading();
  for (const DispatchFigures& figures : cases) text += recorded_line(figures);
  return text;
}

Json dispatch_to_json(const DispatchFigures& figures) {
  Json json = case_to_json(figures.measured_case);
  json["host"] = times_to_json(over_ranks(figures.times.host));
  json["device"] = times_to_json(over_ranks(figures.times.device));
  json["recorded_ms"] = milliseconds(figures.recorded);
  json["over_balanced"] = ratio_to_json(figures.over_balanced);
  json["tokens_per_second"] = figures.tokens_per_second();
  json["sent_bytes_per_pass"] = figures.sent_bytes();
  json["overload"] = figures.overload;
  json["worst_overload"] = figures.worst_overload;
  json["difference"] = difference_to_json(figures.difference);
  for (std::size_t rank = 0; rank < figures.ranks.size(); ++rank)
    json["ranks"].push_back(rank_to_json(figures, rank));
  for (const ZoneTimes& zone : figures.zones) json["zones"].push_back(zone_to_json(zone));
  return json;
}

}  // namespace switchyard
