#include "apps/bench/dispatch_recording.hpp"

#include <algorithm>
#include <utility>

#include "analysis/profile/communication.hpp"
#include "analysis/profile/expert_load.hpp"
#include "analysis/profile/traffic.hpp"
#include "apps/profiling/gather_profiles.hpp"
#include "machine/profiled_machine.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

void add_loads(const RecordedSteps& passes, DispatchFigures& figures) {
  const ExpertLoad load = expert_loads(passes).front();
  const RowCounts rows = load.rank_rows();
  for (std::size_t rank = 0; rank < rows.size(); ++rank)
    figures.ranks[rank].rows =
        static_cast<double>(rows[rank]) / static_cast<double>(passes.count());
  std::vector<double> overload;
  for (const RowCounts& pass : load.rank_rows_per_step)
    overload.push_back(max_over_mean(pass).value_or(0));
  figures.overload = mean(overload);
  figures.worst_overload = std::ranges::max(overload);
}

void add_traffic(const RecordedSteps& passes, DispatchFigures& figures) {
  const Traffic sums = traffic(passes);
  for (std::size_t rank = 0; rank < passes.ranks(); ++rank) {
    const std::int64_t to_others = sums.sent[rank] - sums.matrix[rank][rank];
    figures.ranks[rank].sent_bytes =
        static_cast<double>(to_others) / static_cast<double>(passes.count());
  }
}

// [pass][rank]: of profiles in which only this pass counts as recorded.
std::vector<std::vector<RankCommunication>> communication_by_pass(
    std::vector<RankProfile> profiles) {
  std::vector<std::vector<RankCommunication>> passes(profiles.front().steps.size());
  for (std::size_t pass = 0; pass < passes.size(); ++pass) {
    for (RankProfile& rank : profiles)
      for (std::size_t step = 0; step < rank.steps.size(); ++step)
        rank.steps[step].role = step == pass ? StepRole::recorded : StepRole::timed;
    const RecordedSteps alone(profiles);
    passes[pass] = communication(alone, group_calls(alone));
  }
  return passes;
}

void add_communication(const std::vector<std::vector<RankCommunication>>& passes,
                       DispatchFigures& figures) {
  for (std::size_t rank = 0; rank < figures.ranks.size(); ++rank) {
    auto median_of = [&](double RankCommunication::*figure) {
      std::vector<double> seconds;
      for (const auto& ranks : passes) seconds.push_back(ranks[rank].*figure);
      return median(seconds);
    };
    figures.ranks[rank].communication = median_of(&RankCommunication::total);
    figures.ranks[rank].exposed = median_of(&RankCommunication::exposed);
    figures.ranks[rank].waiting = median_of(&RankCommunication::exposed_waiting);
  }
}

}  // namespace

void record_passes(DispatchFigures& figures, Machine& machine) {
  constexpr int kPasses = kRecordedRounds * kRoutingSteps;
  Recorder recorder(StepKind::benchmark, {0, kPasses}, machine.timer());
  ProfiledMachine watched(machine, recorder);
  const BenchPlace place = place_of(watched);
  DispatchSubject subject(place, figures.measured_case);
  const Measurement times =
      measure(place, {.warmup = 1, .repeats = kPasses}, [&] { subject.run(); });
  figures.recorded = summarize(over_ranks(times.host)).median;
  std::vector<RankProfile> profiles = gather_profiles(machine, recorder.take());
  if (!profiles.empty()) add_recorded(std::move(profiles), figures);
}

void add_recorded(std::vector<RankProfile> profiles, DispatchFigures& figures) {
  const RecordedSteps passes(profiles);
  add_loads(passes, figures);
  add_traffic(passes, figures);
  figures.zones = zone_times(passes);
  add_communication(communication_by_pass(profiles), figures);
}

}  // namespace switchyard
