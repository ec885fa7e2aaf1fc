#include "apps/bench/dispatch_report.hpp"

#include <nlohmann/json.hpp>

#include "apps/bench/results.hpp"

namespace switchyard {
namespace {

constexpr double kMillisecondsPerSecond = 1e3;
constexpr double kKibibyte = 1024;

std::string_view passes_name(const DispatchCase& c) {
  return name_of(c.passes, dispatch_passes_choices);
}

std::string heading() {
  return fmt::format(
      "{:<18}{:<8}{:>9}{:>9}{:>7}{:>8}{:>4}{:>4}{:>8}{:>10}{:>9}{:>10}{:>11}{:>10}{:>9}{:>7}{:>9}"
      "\n",
      "workload", "passes", "tokens", "features", "hidden", "experts", "k", "ep", "overlap",
      "median ms", "p95 ms", "device ms", "tokens/s", "sent KiB", "overload", "worst", "wait ms");
}

std::string device_text(const Measurement& times) {
  if (times.device.empty()) return "-";
  return fmt::format("{:.3f}", kMillisecondsPerSecond * summarize(over_ranks(times.device)).median);
}

std::string line_of(const DispatchFigures& figures) {
  const DispatchCase& c = figures.measured_case;
  const TimeSummary time = summarize(over_ranks(figures.times.host));
  return fmt::format(
      "{:<18}{:<8}{:>9}{:>9}{:>7}{:>8}{:>4}{:>4}{:>8}{:>10.3f}{:>9.3f}{:>10}{:>11.0f}{:>10.1f}"
      "{:>9.3f}{:>7.3f}{:>9.3f}\n",
      workload_name(c), passes_name(c), c.tokens, c.features, c.expert_hidden, c.experts, c.k, c.ep,
      c.overlap_degree, kMillisecondsPerSecond * time.median, kMillisecondsPerSecond * time.p95,
      device_text(figures.times), figures.tokens_per_second(), figures.sent_bytes() / kKibibyte,
      figures.overload, figures.worst_overload, kMillisecondsPerSecond * figures.longest_waiting());
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
  auto ms = [](double seconds) { return kMillisecondsPerSecond * seconds; };
  return {{"rank", rank},
          {"tokens", r.tokens},
          {"rows_per_pass", r.rows},
          {"sent_bytes_per_pass", r.sent_bytes},
          {"host", rank_times(figures.times.host, rank)},
          {"device", rank_times(figures.times.device, rank)},
          {"communication_ms", ms(r.communication.total)},
          {"exposed_ms", ms(r.communication.exposed)},
          {"waiting_ms", ms(r.communication.exposed_waiting)}};
}

Json zone_to_json(const ZoneTimes& zone) {
  Json ranks = Json::array();
  for (const Quantiles& rank : zone.per_rank) ranks.push_back(kMillisecondsPerSecond * rank.mean);
  return {{"zone", name_of(zone.zone, zone_choices)},
          {"pass", name_of(zone.pass, pass_choices)},
          {"mean_ms", ranks}};
}

Json difference_to_json(const std::optional<DispatchDifference>& difference) {
  if (!difference) return nullptr;
  return {{"outputs", difference->outputs},
          {"feature_gradients", difference->feature_gradients},
          {"parameter_gradients", difference->parameter_gradients}};
}

Json figures_to_json(const DispatchFigures& figures) {
  Json json = case_to_json(figures.measured_case);
  json["host"] = times_to_json(over_ranks(figures.times.host));
  json["device"] = times_to_json(over_ranks(figures.times.device));
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

}  // namespace

std::string dispatch_table(std::span<const DispatchFigures> cases) {
  std::string text = heading();
  for (const DispatchFigures& figures : cases) text += line_of(figures);
  return text;
}

Json dispatch_to_json(std::span<const DispatchFigures> cases) {
  Json all = Json::array();
  for (const DispatchFigures& figures : cases) all.push_back(figures_to_json(figures));
  return all;
}

}  // namespace switchyard
