// All-to-alls in two levels against direct ones.

#include "comm/two_level.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "comm/rank_data.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using Rows = std::vector<std::int64_t>;

// Uneven and some none; rank 1 sends nothing, nobody sends to rank 2.
std::int64_t rows_between(int from, int to) {
  return from == 1 || to == 2 ? 0 : (5 * from + 3 * to + 1) % 4;
}

struct Case {
  Communicator& group;
  Rows sent, received;

  explicit Case(Communicator& group) : group(group) {
    for (int r = 0; r < group.size(); ++r) {
      sent.push_back(rows_between(group.rank().value, r));
      received.push_back(rows_between(r, group.rank().value));
    }
  }
  Tensor send(int tag) const {
    return tensor_of<float>(world().rank().value, tag,
                            {std::accumulate(sent.begin(), sent.end(), 0L), 3});
  }
  Tensor exchange(Communicator& by, int tag) const {
    Tensor y(allocator(), {std::accumulate(received.begin(), received.end(), 0L), 3}, DType::f32);
    by.all_to_all_rows(send(tag), sent, y, received);
    return y;
  }
};

class TwoLevel : public testing::TestWithParam<int> {
 protected:
  int copies = 0;
  std::unique_ptr<Communicator> group =
      make_two_level_communicator(world(), world().rank().value / GetParam(), allocator(),
                                  [this](const Tensor& from, Tensor& to) {
                                    ++copies;
                                    copy_on_host(from, to);
                                  });
};

TEST_P(TwoLevel, DeliversWhatTheDirectExchangeDelivers) {
  const Case rows(world());
  const Tensor direct = rows.exchange(world(), 1), by_levels = rows.exchange(*group, 1);
  EXPECT_TRUE(std::ranges::equal(direct.span<float>(), by_levels.span<float>()));
}

TEST_P(TwoLevel, HasSeveralUnderWay) {
  const Case rows(world());
  std::vector<Tensor> arrived;
  std::vector<std::unique_ptr<Request>> requests;
  for (int tag : {2, 3}) {
    arrived.emplace_back(allocator(), rows.exchange(world(), tag).shape(), DType::f32);
    requests.push_back(
        group->start_all_to_all_rows(rows.send(tag), rows.sent, arrived.back(), rows.received));
  }
  for (int i : {1, 0}) requests[i]->wait();
  for (int i : {0, 1}) {
    EXPECT_TRUE(
        std::ranges::equal(arrived[i].span<float>(), rows.exchange(world(), 2 + i).span<float>()));
  }
}

TEST_P(TwoLevel, SplitsIntoGroupsOfTwoLevels) {
  const auto half = group->split(world().rank().value % 2, "half");
  const auto plain = world().split(world().rank().value % 2, "plain half");
  const Case rows(*plain);
  EXPECT_TRUE(std::ranges::equal(rows.exchange(*plain, 4).span<float>(),
                                 rows.exchange(*half, 4).span<float>()));
}

TEST_P(TwoLevel, GoesDirectlyWhereNodesDifferOrAreAlone) {
  const int ranks = world().size(), node = GetParam();
  const bool by_levels = ranks % node == 0 && node > 1 && node < ranks;
  const Rows one(ranks, 1);
  Tensor x = tensor_of<float>(world().rank().value, 5, {ranks, 2});
  Tensor y(allocator(), {ranks, 2}, DType::f32);
  group->all_to_all_rows(x, one, y, one);
  EXPECT_EQ(copies, by_levels ? 2 * ranks : 0);
}

INSTANTIATE_TEST_SUITE_P(RanksPerNode, TwoLevel, testing::Values(1, 2, 3));

// Ranks dealt out to two nodes in turn are not adjacent.
TEST(TwoLevelGroup, GoesDirectlyWhereNodesInterleave) {
  int copies = 0;
  const auto group = make_two_level_communicator(world(), world().rank().value % 2, allocator(),
                                                 [&](const Tensor&, Tensor&) { ++copies; });
  const Case rows(world());
  EXPECT_TRUE(std::ranges::equal(rows.exchange(world(), 6).span<float>(),
                                 rows.exchange(*group, 6).span<float>()));
  EXPECT_EQ(copies, 0);
}

}  // namespace
}  // namespace switchyard::test
