#include "apps/bench/dispatch_figures.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "analysis/profile/expert_load.hpp"
#include "analysis/profile/traffic.hpp"
#include "comm/gather_texts.hpp"
#include "machine/memory.hpp"
#include "machine/profiled_machine.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

// What disturbed the machine in a round disturbed both.
void add_ratios(std::vector<DispatchFigures>& cases) {
  const auto balanced = std::ranges::find_if(cases, [](const DispatchFigures& figures) {
    return figures.measured_case.workload == RoutingWorkload::balanced;
  });
  if (balanced == cases.end()) return;
  const std::vector<double> reference = over_ranks(balanced->times.host);
  for (DispatchFigures& figures : cases) {
    figures.over_balanced = over_ranks(figures.times.host);
    for (std::size_t i = 0; i < reference.size(); ++i) figures.over_balanced[i] /= reference[i];
  }
}

using Subjects = std::vector<std::unique_ptr<DispatchSubject>>;

std::vector<DispatchFigures> time_in_turn(std::span<const DispatchCase> cases,
                                          const BenchPlace& place, const RepetitionPlan& plan,
                                          bool check) {
  Subjects subjects;
  std::vector<Work> works;
  for (const DispatchCase& c : cases) {
    subjects.push_back(std::make_unique<DispatchSubject>(place, c));
    works.push_back([subject = subjects.back().get()] { subject->run(); });
  }
  std::vector<Measurement> times = measure_in_turn(place, plan, works);
  std::vector<DispatchFigures> all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    DispatchFigures figures{.measured_case = cases[i], .times = std::move(times[i])};
    if (check) figures.difference = compare_with_one_rank(*subjects[i], place);
    for (std::int64_t tokens : subjects[i]->tokens().counts()) figures.ranks.push_back({tokens});
    all.push_back(std::move(figures));
  }
  add_ratios(all);
  return all;
}

std::vector<RankProfile> gather(RankProfile own, Machine& machine) {
  own.rank = machine.world().rank().value;
  own.host = host_name();
  std::vector<RankProfile> all;
  for (const std::string& bytes : gather_texts(machine.world(), to_bytes(own)))
    all.push_back(profile_from_bytes(bytes));
  return all;
}

// Each routing once, after one pass that nobody watches. One profile a rank.
std::vector<RankProfile> record(const DispatchCase& c, Machine& machine) {
  Recorder recorder(StepKind::benchmark, {0, kRoutingSteps}, machine.timer());
  ProfiledMachine watched(machine, recorder);
  DispatchSubject subject(place_of(watched), c);
  subject.run_step(0);
  for (int step = 0; step < kRoutingSteps; ++step) {
    watched.world().barrier();
    recorder.begin_step(StepKind::benchmark, step);
    subject.run_step(step);
    recorder.end_step(StepKind::benchmark);
  }
  return gather(recorder.take(), machine);
}

void add_loads(const RecordedSteps& steps, DispatchFigures& figures) {
  const ExpertLoad load = expert_loads(steps).front();
  const RowCounts rows = load.rank_rows();
  for (std::size_t rank = 0; rank < rows.size(); ++rank)
    figures.ranks[rank].rows = static_cast<double>(rows[rank]) / kRoutingSteps;
  std::vector<double> overload;
  for (const RowCounts& step : load.rank_rows_per_step)
    overload.push_back(max_over_mean(step).value_or(0));
  figures.overload = mean(overload);
  figures.worst_overload = std::ranges::max(overload);
}

void add_traffic(const RecordedSteps& steps, DispatchFigures& figures) {
  const Traffic sums = traffic(steps);
  const std::vector<RankCommunication> ranks = communication(steps, group_calls(steps));
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const std::int64_t to_others = sums.sent[rank] - sums.matrix[rank][rank];
    figures.ranks[rank].sent_bytes = static_cast<double>(to_others) / kRoutingSteps;
    figures.ranks[rank].communication = ranks[rank];
  }
}

}  // namespace

double DispatchFigures::tokens_per_second() const {
  return static_cast<double>(measured_case.tokens) / summarize(over_ranks(times.host)).median;
}

double DispatchFigures::sent_bytes() const {
  return std::accumulate(ranks.begin(), ranks.end(), 0.0,
                         [](double sum, const DispatchRank& r) { return sum + r.sent_bytes; });
}

double DispatchFigures::longest_waiting() const {
  double longest = 0;
  for (const DispatchRank& rank : ranks)
    longest = std::max(longest, rank.communication.exposed_waiting);
  return longest;
}

std::vector<DispatchFigures> measure_dispatch(std::span<const DispatchCase> cases, Machine& machine,
                                              const RepetitionPlan& plan, bool check) {
  std::vector<DispatchFigures> all = time_in_turn(cases, place_of(machine), plan, check);
  for (DispatchFigures& figures : all) {
    const std::vector<RankProfile> profiles = record(figures.measured_case, machine);
    const RecordedSteps steps(profiles);
    add_loads(steps, figures);
    add_traffic(steps, figures);
    figures.zones = zone_times(steps);
  }
  return all;
}

}  // namespace switchyard
