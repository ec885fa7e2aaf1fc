// Dispatch benchmarks against what one rank computes, and against counts of the routings' rows.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>

#include "apps/bench/dispatch_figures.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr int kFeatures = 6, kClasses = 3, kExperts = 7;

DispatchCase case_of(std::optional<RoutingWorkload> workload, DispatchPasses passes) {
  return {.workload = workload,
          .passes = passes,
          .tokens = 40,
          .features = kFeatures,
          .expert_hidden = 5,
          .classes = kClasses,
          .experts = kExperts,
          .k = 2,
          .ep = world().size(),
          .overlap_degree = 1,
          .precision = Precision::f64,
          .seed = 5};
}

std::vector<DispatchCase> all_cases() {
  std::vector<DispatchCase> cases = {case_of({}, DispatchPasses::forward),
                                     case_of({}, DispatchPasses::both)};
  for (const auto& workload : routing_workload_choices)
    for (const auto& passes : dispatch_passes_choices)
      cases.push_back(case_of(workload.value, passes.value));
  DispatchCase parts = case_of(RoutingWorkload::ragged_source, DispatchPasses::both);
  parts.overlap_degree = 3;
  cases.push_back(parts);
  DispatchCase replicated = case_of(RoutingWorkload::hot_experts, DispatchPasses::both);
  replicated.ep = 1;
  cases.push_back(replicated);
  if (world().size() % 2 == 0) {
    DispatchCase groups = case_of(RoutingWorkload::hot_rank, DispatchPasses::both);
    groups.ep = 2;
    cases.push_back(groups);
  }
  DispatchCase few = case_of(RoutingWorkload::ragged_source, DispatchPasses::both);
  few.tokens = 1;
  cases.push_back(few);
  return cases;
}

class Dispatch : public ::testing::Test {
 protected:
  std::ostringstream text_;
  Logger log_{Rank{0}, Console{text_}};
  std::unique_ptr<Machine> machine_ =
      make_machine({.device = DeviceKind::ref, .precision = Precision::f64}, world(), log_);
};

TEST_F(Dispatch, ComputesWhatOneRankComputes) {
  for (const DispatchCase& c : all_cases()) {
    DispatchSubject subject(place_of(*machine_), c);
    const auto difference = compare_with_one_rank(subject, place_of(*machine_));
    EXPECT_LE(difference.outputs, 1e-13) << to_string(c);
    EXPECT_LE(difference.feature_gradients, 1e-13) << to_string(c);
    EXPECT_LE(difference.parameter_gradients, 1e-13) << to_string(c);
    require_agreement(difference, c);
  }
}

// An expert whose weights rank 0 has wrong shows on every rank, in all that is compared.
TEST_F(Dispatch, FindsAWrongExpert) {
  const DispatchCase c = case_of(RoutingWorkload::balanced, DispatchPasses::both);
  DispatchSubject subject(place_of(*machine_), c);
  if (Parameter* weight = subject.layer().state().find_parameter("experts.0.net.2.weight"))
    *weight->value.data<double>() += 0.5;
  const auto difference = compare_with_one_rank(subject, place_of(*machine_));
  EXPECT_GT(difference.outputs, 1e-3);
  EXPECT_GT(difference.feature_gradients, 1e-3);
  EXPECT_GT(difference.parameter_gradients, 1e-3);
  const std::string words =
      error_text(ExitCode::run_failed, [&] { require_agreement(difference, c); });
  EXPECT_TRUE(contains(words, "balanced, both, 40 tokens of 6")) << words;
}

// What all passes over the routings move, counted from who chose what.
struct Counted {
  explicit Counted(std::size_t ranks) : tokens(ranks), rows(ranks), crossing(ranks) {}
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> rows;      ///< that arrive, in all steps
  std::vector<std::int64_t> crossing;  ///< that leave for another rank
  std::vector<double> overload;        ///< by step
};

int owner(int expert, int ep) {
  int place = 0;
  for (int next = 0;; ++place) {
    next += kExperts / ep + (place < kExperts % ep ? 1 : 0);
    if (expert < next) return place;
  }
}

Counted count_rows(const DispatchCase& c) {
  const int ranks = world().size();
  Counted counted(static_cast<std::size_t>(ranks));
  for (int step = 0; step < 8; ++step) {
    const WorkloadRouting routing({.workload = *c.workload,
                                   .seed = c.seed,
                                   .step = step,
                                   .tokens = c.tokens,
                                   .experts = c.experts,
                                   .k = c.k,
                                   .ranks = ranks,
                                   .ep = c.ep});
    counted.tokens = routing.tokens();
    std::vector<std::int64_t> arriving(counted.rows.size());
    for (int rank = 0; rank < ranks; ++rank)
      for (int expert : routing.chosen(rank)) {
        const int to = rank - rank % c.ep + owner(expert, c.ep);
        ++arriving[static_cast<std::size_t>(to)];
        if (to != rank) ++counted.crossing[static_cast<std::size_t>(rank)];
      }
    std::ranges::transform(counted.rows, arriving, counted.rows.begin(), std::plus());
    counted.overload.push_back(static_cast<double>(std::ranges::max(arriving)) * ranks /
                               static_cast<double>(c.tokens * c.k));
  }
  return counted;
}

TEST_F(Dispatch, CountsTokensRowsBytesAndOverloadExactly) {
  for (const DispatchFigures& figures :
       measure_dispatch(all_cases(), *machine_, {.warmup = 1, .repeats = 2}, false)) {
    const DispatchCase& c = figures.measured_case;
    EXPECT_GT(figures.recorded, 0) << to_string(c);
    if (!c.workload || world().rank().value != 0) continue;
    const Counted counted = count_rows(c);
    // Features there and outputs back, and in the backward pass the same the other way round.
    const double passes = c.passes == DispatchPasses::both ? 2 : 1;
    for (std::size_t rank = 0; rank < counted.tokens.size(); ++rank) {
      EXPECT_EQ(figures.ranks[rank].tokens, counted.tokens[rank]) << to_string(c);
      EXPECT_EQ(figures.ranks[rank].rows * 8, static_cast<double>(counted.rows[rank]))
          << to_string(c);
    }
    double bytes = 0;
    for (std::int64_t rows : counted.crossing)
      bytes += static_cast<double>(rows) / 8 * passes * (kFeatures + kClasses) * sizeof(double);
    EXPECT_DOUBLE_EQ(figures.sent_bytes(), bytes) << to_string(c);
    EXPECT_DOUBLE_EQ(figures.overload, mean(counted.overload)) << to_string(c);
    EXPECT_DOUBLE_EQ(figures.worst_overload, std::ranges::max(counted.overload)) << to_string(c);
  }
}

TEST_F(Dispatch, TimesEachRepetitionOnEachRank) {
  const DispatchCase cases[] = {case_of({}, DispatchPasses::both),
                                case_of(RoutingWorkload::balanced, DispatchPasses::both)};
  const auto both = measure_dispatch(cases, *machine_, {.warmup = 1, .repeats = 4}, true);
  for (const DispatchFigures& figures : both) {
    ASSERT_EQ(figures.times.host.size(), 4u);
    EXPECT_EQ(figures.times.host[0].size(), static_cast<std::size_t>(world().size()));
    EXPECT_TRUE(figures.times.device.empty());
    EXPECT_TRUE(figures.difference);
  }
  EXPECT_EQ(both[1].over_balanced, std::vector<double>(4, 1.0));
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_DOUBLE_EQ(both[0].over_balanced[i], std::ranges::max(both[0].times.host[i]) /
                                                   std::ranges::max(both[1].times.host[i]));
  EXPECT_TRUE(measure_dispatch({cases, 1}, *machine_, {.warmup = 1, .repeats = 1}, false)[0]
                  .over_balanced.empty());
}

}  // namespace
}  // namespace switchyard::test
