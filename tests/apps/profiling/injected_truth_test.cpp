// What is planted in a run, the report finds: which rank, which zone, how much.

#include <gtest/gtest.h>

#include "apps/profiling/watched_steps.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

constexpr std::chrono::milliseconds kNap{120};
constexpr double kWithin = 0.05;  // of what was planted

void expect_zones_add_up(const Json& profile) {
  const Json& steps = profile["step"]["per_rank"];
  for (std::size_t rank = 0; rank < steps.size(); ++rank) {
    double sum = 0;
    for (const Json& zone : profile["zones"]) sum += zone["per_rank"][rank]["mean"].get<double>();
    const double step = steps[rank]["mean"];
    EXPECT_NEAR(sum, step, 0.02 * step) << "rank " << rank;
  }
}

class InjectedTruth : public ::testing::Test {
 protected:
  std::unique_ptr<Backend> ref = make_backend(BackendKind::ref);
  Sleeper sleeper{kNap};
  const int last = world().size() - 1;
};

// Rank 0 has the last rank's truth.
double seconds_on(int rank, const Sleeper& sleeper) {
  const auto nanoseconds = static_cast<std::int64_t>(1e9 * sleeper.seconds_a_step());
  const std::vector<std::int64_t> own(static_cast<std::size_t>(world().size()), nanoseconds);
  return 1e-9 *
         static_cast<double>(world().all_to_all_counts(own, 1)[static_cast<std::size_t>(rank)]);
}

TEST_F(InjectedTruth, ADelayedRankIsNamedWithItsZoneAndOthersWaitForIt) {
  SleepyBackend sleepy(*ref, "grouped_linear", sleeper);  // twice a pass: each expert's layers
  const bool delayed = world().rank().value == last;
  TestMachine machine(delayed ? static_cast<Backend&>(sleepy) : *ref, world());
  const Json profile = profile_steps(machine, &sleeper);
  const double planted = seconds_on(last, sleeper);
  if (profile.is_null()) return;
  EXPECT_GT(planted, 0.2);

  const Json& experts = find(profile["zones"], {{"zone", "experts"}, {"pass", "forward"}});
  EXPECT_EQ(experts["max_rank"], last);
  const auto& per_rank = experts["per_rank"];
  const double found = per_rank[last]["mean"].get<double>() - per_rank[0]["mean"].get<double>();
  EXPECT_NEAR(found, planted, kWithin * planted);
  expect_zones_add_up(profile);

  const Json& combine =
      find(profile["collectives"],
           {{"operation", "all_to_all_rows"}, {"zone", "combine"}, {"pass", "forward"}});
  EXPECT_EQ(combine["straggler"]["rank"], last);
  EXPECT_EQ(combine["straggler"]["times_last"], kLast - kFirst);
  EXPECT_NEAR(combine["per_rank"][0]["waiting"].get<double>(), planted, kWithin * planted);
  for (int rank = 0; rank <= last; ++rank)
    EXPECT_LT(combine["per_rank"][rank]["transferring"].get<double>(), kWithin * planted);
  EXPECT_LT(combine["per_rank"][last]["waiting"].get<double>(), kWithin * planted);
}

TEST_F(InjectedTruth, AThrottledExchangeIsTransferringAndNotWaiting) {
  ThrottledCommunicator throttled(world(), sleeper);
  TestMachine machine(*ref, throttled);
  const Json profile = profile_steps(machine, &sleeper);
  if (profile.is_null()) return;
  expect_zones_add_up(profile);
  double transferring = 0, waiting = 0;
  for (const Json& entry : profile["collectives"])
    if (entry["operation"] == "all_to_all_rows") {
      transferring += entry["per_rank"][0]["transferring"].get<double>();
      waiting += entry["per_rank"][0]["waiting"].get<double>();
      EXPECT_TRUE(entry["zone"] == "dispatch" || entry["zone"] == "combine");
    }
  const double planted = sleeper.seconds_a_step();  // four exchanges
  EXPECT_GT(planted, 0.4);
  EXPECT_NEAR(transferring, planted, kWithin * planted);
  EXPECT_LT(waiting, kWithin * planted);
}

TEST_F(InjectedTruth, AHotExpertIsNamedWithTheRankThatHasIt) {
  constexpr int kHot = 1, kExperts = 6;
  TestMachine machine(*ref, world());
  const Json profile = profile_steps(machine, nullptr, [&](DistributedClassifier& classifier) {
    int biases = 0;
    for (Parameter& p : classifier.state().parameters()) {
      if (p.name != "head.gate.w_gate.bias" && p.name != "head.gate.bias") continue;
      std::vector<double> bias(kExperts, 0.0);
      bias[kHot] = 1e6;
      p.value = ref->from_host(bias.data(), {kExperts}, DType::f64);
      ++biases;
    }
    EXPECT_EQ(biases, 1);
    classifier.state().mark_changed();
  });
  if (profile.is_null()) return;
  const Json& layer = profile["experts"][0];
  const std::int64_t samples = 13 * (kLast - kFirst);
  EXPECT_EQ(layer["rows"][kHot], samples);  // every sample's first choice
  std::int64_t rows = 0, hottest = 0;
  for (std::size_t e = 0; e < kExperts; ++e) rows += layer["rows"][e].get<std::int64_t>();
  EXPECT_EQ(rows, 2 * samples);
  for (const Json& n : layer["rows"]) hottest = std::max(hottest, n.get<std::int64_t>());
  EXPECT_EQ(hottest, samples);
  EXPECT_EQ(layer["overload_rank"], 0);  // which has the first experts
  EXPECT_GE(layer["max_over_mean"].get<double>(), 3.0);
}

}  // namespace
}  // namespace switchyard::test
