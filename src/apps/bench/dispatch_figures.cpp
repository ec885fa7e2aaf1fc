#include "apps/bench/dispatch_figures.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "apps/bench/dispatch_recording.hpp"

namespace switchyard {
namespace {

void add_ratios(std::vector<DispatchFigures>& cases) {
  const auto balanced = std::ranges::find_if(cases, [](const DispatchFigures& figures) {
    return figures.measured_case.workload == RoutingWorkload::balanced;
  });
  if (balanced == cases.end()) return;
  const std::vector<double> reference = over_ranks(balanced->times.host);
  for (DispatchFigures& figures : cases)
    figures.over_balanced = ratios(over_ranks(figures.times.host), reference);
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
  for (const DispatchRank& rank : ranks) longest = std::max(longest, rank.waiting);
  return longest;
}

std::vector<DispatchFigures> measure_dispatch(std::span<const DispatchCase> cases, Machine& machine,
                                              const RepetitionPlan& plan, bool check) {
  std::vector<DispatchFigures> all = time_in_turn(cases, place_of(machine), plan, check);
  for (DispatchFigures& figures : all) record_passes(figures, machine);
  return all;
}

}  // namespace switchyard
