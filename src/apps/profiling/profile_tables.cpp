#include "apps/profiling/profile_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/profile/time_spans.hpp"

namespace switchyard {
namespace {

std::string cell(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : "";
}

std::string expert_lines(const std::string& layer_and_step, const RowCounts& rows) {
  std::string text;
  for (std::size_t expert = 0; expert < rows.size(); ++expert)
    text += fmt::format("{},{},{}\n", layer_and_step, expert, rows[expert]);
  return text;
}

double begin_on_first_clock(const RankProfile& rank, const StepRecord& step) {
  return static_cast<double>(step.device.begin) + rank.clock_offset;
}

}  // namespace

std::string zone_table(const ProfileFigures& figures) {
  std::string text = "zone,pass,rank,p50,p95,p99,mean,share\n";
  for (const ZoneTimes& zone : figures.zones)
    for (std::size_t rank = 0; rank < zone.per_rank.size(); ++rank) {
      const Quantiles& q = zone.per_rank[rank];
      text += fmt::format("{},{},{},{},{},{},{},{}\n", name_of<Zone>(zone.zone, zone_choices),
                          name_of<Pass>(zone.pass, pass_choices), rank, q.p50, q.p95, q.p99, q.mean,
                          zone.share[rank]);
    }
  return text;
}

std::string collective_table(const ProfileFigures& figures) {
  std::string text =
      "operation,group,zone,pass,reach,started,rank,calls,bytes_median,bytes_max,waiting,"
      "transferring,exposed,overlapped,times_last,algbw,busbw\n";
  for (const CollectiveTimes& times : figures.collectives)
    for (std::size_t rank = 0; rank < times.per_rank.size(); ++rank) {
      const auto& part = times.per_rank[rank];
      if (!part) continue;
      text += fmt::format(
          "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
          name_of<Collective>(times.operation, collective_choices), times.group,
          name_of<Zone>(times.zone, zone_choices), name_of<Pass>(times.pass, pass_choices),
          name_of<Reach>(times.reach, reach_choices), times.started, rank, times.calls,
          times.median_bytes, times.max_bytes, part->waiting, part->transferring, part->exposed,
          part->overlapped, part->times_last, cell(times.algbw), cell(times.busbw));
    }
  return text;
}

std::string expert_table(const RecordedSteps& steps, const ProfileFigures& figures) {
  std::string text = "layer,step,expert,rows\n";
  for (const ExpertLoad& load : figures.experts) {
    text += expert_lines(fmt::format("{},all", load.layer), load.rows());
    for (std::size_t s = 0; s < steps.count(); ++s)
      text +=
          expert_lines(fmt::format("{},{}", load.layer, steps.number(s)), load.rows_per_step[s]);
  }
  return text;
}

std::string traffic_table(const ProfileFigures& figures) {
  std::string text = "from,to,bytes\n";
  const auto& matrix = figures.traffic.matrix;
  for (std::size_t from = 0; from < matrix.size(); ++from)
    for (std::size_t to = 0; to < matrix.size(); ++to)
      text += fmt::format("{},{},{}\n", from, to, matrix[from][to]);
  return text;
}

std::string step_table(const RecordedSteps& steps) {
  double first = begin_on_first_clock(steps.profiles()[0], steps.profiles()[0].steps[0]);
  for (const RankProfile& rank : steps.profiles())
    first = std::min(first, begin_on_first_clock(rank, rank.steps[0]));
  std::string text = "step,role,rank,begin,seconds\n";
  for (const RankProfile& rank : steps.profiles())
    for (const StepRecord& step : rank.steps)
      text += fmt::format("{},{},{},{:.9f},{:.9f}\n", step.number,
                          step.role == StepRole::recorded ? "recorded" : "timed", rank.rank,
                          kSecondsPerNanosecond * (begin_on_first_clock(rank, step) - first),
                          seconds_of(step.device.length()));
  return text;
}

}  // namespace switchyard
