// Who sits where, and who holds which experts.

#include "parallel/grid.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

HeadConfig head(HeadKind kind, int experts) {
  HeadConfig config;
  config.kind = kind;
  config.experts = experts;
  return config;
}

TEST(ExpertRanges, AreContiguousWithTheLargerOnesFirst) {
  EXPECT_EQ(expert_range(8, 2, 0), (ExpertRange{0, 4}));
  EXPECT_EQ(expert_range(8, 2, 1), (ExpertRange{4, 8}));
  EXPECT_EQ(expert_range(5, 3, 0), (ExpertRange{0, 2}));
  EXPECT_EQ(expert_range(5, 3, 1), (ExpertRange{2, 4}));
  EXPECT_EQ(expert_range(5, 3, 2), (ExpertRange{4, 5}));
}

TEST(ExpertRanges, CoverAllExpertsOnce) {
  for (int experts = 1; experts <= 13; ++experts)
    for (int ep = 1; ep <= experts; ++ep) {
      int next = 0;
      for (int r = 0; r < ep; ++r) {
        ExpertRange range = expert_range(experts, ep, r);
        EXPECT_EQ(range.first, next);
        EXPECT_GE(range.size(), experts / ep);
        EXPECT_LE(range.size(), experts / ep + 1);
        next = range.last;
      }
      EXPECT_EQ(next, experts);
    }
}

TEST(ChooseExpertParallel, TakesTheLargestThatFits) {
  HeadConfig sparse = head(HeadKind::sparse_moe, 8), three = head(HeadKind::soft_moe, 3);
  EXPECT_EQ(choose_expert_parallel(0, 1, sparse), 1);
  EXPECT_EQ(choose_expert_parallel(0, 4, sparse), 4);
  EXPECT_EQ(choose_expert_parallel(0, 12, sparse), 6);
  EXPECT_EQ(choose_expert_parallel(0, 4, three), 2);
  EXPECT_EQ(choose_expert_parallel(0, 5, three), 1);
  EXPECT_EQ(choose_expert_parallel(0, 4, head(HeadKind::dense, 8)), 1);
}

TEST(ChooseExpertParallel, TakesWhatIsAskedWhereItFits) {
  HeadConfig sparse = head(HeadKind::hard_moe, 8);
  for (int ep : {1, 2, 3, 6}) EXPECT_EQ(choose_expert_parallel(ep, 6, sparse), ep);
}

std::string refusal(int asked, int world, const HeadConfig& config) {
  return switchyard::testing::error_text(ExitCode::bad_usage,
                                         [&] { choose_expert_parallel(asked, world, config); });
}

TEST(ChooseExpertParallel, RefusesRanksWithoutAnExpert) {
  EXPECT_EQ(refusal(4, 4, head(HeadKind::sparse_moe, 3)),
            "--ep 4 leaves ranks without an expert (the model has 3 experts); use --ep 2 or raise "
            "--experts");
  EXPECT_EQ(refusal(2, 4, head(HeadKind::dense, 8)),
            "--ep 2 leaves ranks without an expert (the dense head has none to shard); use --ep 1");
}

TEST(ChooseExpertParallel, RefusesAGridThatDoesNotMultiplyOut) {
  EXPECT_EQ(refusal(3, 4, head(HeadKind::sparse_moe, 8)),
            "--ep 3 does not divide the 4 ranks of this launch (world = dp x ep); use --ep 4 or "
            "launch 6 ranks");
  EXPECT_EQ(refusal(8, 4, head(HeadKind::sparse_moe, 8)),
            "--ep 8 does not divide the 4 ranks of this launch (world = dp x ep); use --ep 4 or "
            "launch 8 ranks");
}

TEST(ProcessGrids, PutRanksOfAGroupNextToOneAnother) {
  int world_size = world().size(), rank = world().rank().value;
  for (int ep = 1; ep <= world_size; ++ep) {
    if (world_size % ep != 0) continue;
    ProcessGrid grid(world(), ep);
    EXPECT_EQ(grid.ep(), ep);
    EXPECT_EQ(grid.dp(), world_size / ep);
    EXPECT_EQ(grid.ep_rank(), rank % ep);
    EXPECT_EQ(grid.dp_rank(), rank / ep);
  }
}

}  // namespace
}  // namespace switchyard::test
