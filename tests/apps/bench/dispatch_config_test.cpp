#include "apps/bench/dispatch_config.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

std::string refusal(const DispatchBenchConfig& config, int ranks) {
  return error_text(ExitCode::bad_usage, [&] { dispatch_cases(config, ranks); });
}

TEST(DispatchCases, AreAllCombinations) {
  DispatchBenchConfig config;
  config.tokens = {64, 128};
  config.k = {1, 2};
  config.overlap_degree = {1, 2};
  config.passes = "forward";
  config.workloads = "router,burst";
  const auto groups = dispatch_cases(config, 1);
  ASSERT_EQ(groups.size(), 8u);
  for (const auto& group : groups) EXPECT_EQ(group.size(), 2u);
  EXPECT_EQ(to_string(groups.front().front()),
            "router, forward, 64 tokens of 512, 8 experts of 64, k 1, ep 1, overlap degree 1");
  EXPECT_EQ(to_string(groups.back().back()),
            "burst, forward, 128 tokens of 512, 8 experts of 64, k 2, ep 1, overlap degree 2");
}

TEST(DispatchCases, OfAllWorkloadsAreTheRoutersAndTheEight) {
  DispatchBenchConfig config;
  config.workloads = "all";
  config.passes = "all";
  const auto groups = dispatch_cases(config, 2);
  ASSERT_EQ(groups.size(), 2u);
  ASSERT_EQ(groups[1].size(), 9u);
  EXPECT_FALSE(groups[1].front().workload);
  EXPECT_EQ(groups[1].back().workload, RoutingWorkload::burst);
}

TEST(DispatchCases, HaveTheLargestGroupsThatFit) {
  DispatchBenchConfig config;
  config.passes = "forward";
  config.experts = {8, 3};
  const auto groups = dispatch_cases(config, 6);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].front().ep, 6);
  EXPECT_EQ(groups[1].front().ep, 3);
}

TEST(DispatchCases, AreRefusedWhereTheyCannotBe) {
  const DispatchBenchConfig fits;
  DispatchBenchConfig config = fits;
  config.k = {2, 9};
  EXPECT_TRUE(contains(refusal(config, 1), "--k 9 asks for more experts than there are"));
  config = fits, config.ep = {2};
  EXPECT_TRUE(contains(refusal(config, 3), "--ep 2 does not divide the 3 ranks"));
  config = fits, config.ep = {12};
  EXPECT_TRUE(contains(refusal(config, 12), "--ep 12 leaves ranks without an expert"));
  config = fits, config.tokens = {3};
  EXPECT_TRUE(contains(refusal(config, 4), "--tokens 3 leaves some of the 4 ranks without"));
  config = fits, config.tokens = {};
  EXPECT_TRUE(contains(refusal(config, 1), "--tokens names nothing to measure"));
  config = fits, config.workloads = "balanced,hot_expert";
  EXPECT_TRUE(contains(refusal(config, 1), "'hot_expert' (did you mean 'hot_experts'?)"));
  config = fits, config.passes = "backward";
  EXPECT_TRUE(contains(refusal(config, 1), "--passes has no 'backward'"));
}

TEST(DispatchCases, MayLeaveRanksWithoutTokensWhereThatIsMeant) {
  DispatchBenchConfig config;
  config.tokens = {3};
  config.workloads = "ragged_source,zero_rank";
  EXPECT_EQ(dispatch_cases(config, 4).size(), 2u);
}

}  // namespace
}  // namespace switchyard::testing
