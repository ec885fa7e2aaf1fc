// Groups within the world: who is in them, and that they exchange among themselves alone.

#include <gtest/gtest.h>

#include "comm/rank_data.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

std::int64_t sum_over(Communicator& group, std::int64_t value) {
  Tensor x(allocator(), {1}, DType::i64);
  x.data<std::int64_t>()[0] = value;
  group.all_reduce_sum(x);
  return x.data<std::int64_t>()[0];
}

TEST(World, HasEveryRank) {
  EXPECT_FALSE(world().name().empty());
  ASSERT_LT(world().rank().value, world().size());
  EXPECT_EQ(sum_over(world(), std::int64_t{1} << world().rank().value),
            (std::int64_t{1} << world().size()) - 1);
}

TEST(Split, MakesTheGridOfDataAndExpertParallelGroups) {
  const int me = world().rank().value;
  for (int ep = 1; ep <= world().size(); ++ep) {
    if (world().size() % ep != 0) continue;
    const int dp = world().size() / ep;
    const auto experts = world().split(me / ep, "experts");
    const auto data = world().split(me % ep, "data");
    EXPECT_EQ(experts->size(), ep);
    EXPECT_EQ(experts->rank().value, me % ep);
    EXPECT_EQ(experts->name(), "experts");
    EXPECT_EQ(data->size(), dp);
    EXPECT_EQ(data->rank().value, me / ep);
    std::int64_t expert_sum = 0;
    std::int64_t data_sum = 0;
    for (int r = 0; r < world().size(); ++r) {
      if (r / ep == me / ep) expert_sum += 100 + r;
      if (r % ep == me % ep) data_sum += 100 + r;
    }
    EXPECT_EQ(sum_over(*experts, 100 + me), expert_sum);
    EXPECT_EQ(sum_over(*data, 100 + me), data_sum);
  }
}

TEST(Split, OfASplitFollowsTheColors) {
  const int me = world().rank().value;
  const auto outer = world().split(me == 0 ? 7 : 2, "outer");
  const auto inner = outer->split(me % 2, "inner");
  std::int64_t expected = 0;
  for (int r = 0; r < world().size(); ++r) {
    if ((r == 0) == (me == 0) && r % 2 == me % 2) expected += r;
  }
  EXPECT_EQ(sum_over(*inner, me), expected);
}

TEST(Split, GroupsRunIndependentNumbersOfCalls) {
  const int me = world().rank().value;
  const auto half = world().split(me % 2, "half");
  const int calls = me % 2 == 0 ? 1 : 20;
  for (int i = 0; i < calls; ++i) EXPECT_EQ(sum_over(*half, 1), half->size());
  EXPECT_EQ(sum_over(world(), 1), world().size());
}

TEST(Split, ARequestOutlivesTheCommunicatorThatStartedIt) {
  auto group = world().split(0, "short-lived");
  Tensor x = tensor_of<double>(0, 0, {1000});
  const double before = x.data<double>()[999];
  const auto request = group->start_all_reduce_sum(x);
  group.reset();
  request->wait();
  EXPECT_NEAR(x.data<double>()[999], world().size() * before, 1e-14 * world().size());
}

}  // namespace
}  // namespace switchyard::test
