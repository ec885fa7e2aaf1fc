// Moves of numbers and rows between ranks: every element where it belongs.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "comm/rank_data.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using Rows = std::vector<std::int64_t>;

int me() {
  return world().rank().value;
}
int size() {
  return world().size();
}

/// How many rows rank `from` sends to rank `to`: uneven, some none; rank 1 sends nothing.
std::int64_t rows_between(int from, int to) {
  return from == 1 ? 0 : (3 * from + 2 * to) % 5;
}

Rows rows_sent_by(int rank) {
  Rows rows;
  for (int to = 0; to < size(); ++to) rows.push_back(rows_between(rank, to));
  return rows;
}

Rows rows_received_by(int rank) {
  Rows rows;
  for (int from = 0; from < size(); ++from) rows.push_back(rows_between(from, rank));
  return rows;
}

std::int64_t sum(const Rows& rows) {
  return std::accumulate(rows.begin(), rows.end(), 0L);
}

TEST(Counts, ArriveByRankAndPosition) {
  for (int per_rank : {0, 1, 3}) {
    Rows counts;
    for (int to = 0; to < size(); ++to) {
      for (int i = 0; i < per_rank; ++i) counts.push_back(10000 * me() + 100 * to + i);
    }
    const Rows received = world().all_to_all_counts(counts, per_rank);
    ASSERT_EQ(received.size(), counts.size());
    for (int from = 0; from < size(); ++from) {
      for (int i = 0; i < per_rank; ++i) {
        EXPECT_EQ(received[from * per_rank + i], 10000 * from + 100 * me() + i);
      }
    }
  }
}

template <class T>
class MovedRows : public ::testing::Test {};
using Types = ::testing::Types<float, double, std::int64_t, std::int32_t>;
TYPED_TEST_SUITE(MovedRows, Types);

TYPED_TEST(MovedRows, GoToTheRankTheyAreMeantFor) {
  using T = TypeParam;
  const Rows sent = rows_sent_by(me());
  const Rows received = rows_received_by(me());
  const Tensor send = tensor_of<T>(me(), 0, {sum(sent), 2, 3});
  Tensor receive(allocator(), {sum(received), 2, 3}, dtype_of<T>());
  world().all_to_all_rows(send, sent, receive, received);
  std::int64_t at = 0;
  for (int from = 0; from < size(); ++from) {
    const Rows theirs = rows_sent_by(from);
    const Tensor data = tensor_of<T>(from, 0, {sum(theirs), 2, 3});
    const std::int64_t begin = std::accumulate(theirs.begin(), theirs.begin() + me(), 0L) * 6;
    for (std::int64_t i = 0; i < theirs[me()] * 6; ++i, ++at) {
      ASSERT_EQ(receive.data<T>()[at], data.template data<T>()[begin + i]) << "from " << from;
    }
  }
  EXPECT_EQ(at, receive.numel());
}

TYPED_TEST(MovedRows, OfAllRanksAreGatheredInRankOrder) {
  using T = TypeParam;
  const Rows rows = rows_sent_by(0);
  const Tensor mine = tensor_of<T>(me(), 1, {rows[me()], 5});
  Tensor all(allocator(), {sum(rows), 5}, dtype_of<T>());
  world().all_gather_rows(mine, all, rows);
  std::int64_t at = 0;
  for (int from = 0; from < size(); ++from) {
    const Tensor theirs = tensor_of<T>(from, 1, {rows[from], 5});
    for (T number : theirs.template span<T>()) ASSERT_EQ(all.data<T>()[at++], number);
  }
  EXPECT_EQ(at, all.numel());
}

TEST(StartAllToAll, SeveralFinishInAnyOrderAndKeepTheirTensors) {
  constexpr int kRequests = 4;
  const Rows sent = rows_sent_by(me());
  const Rows received = rows_received_by(me());
  std::vector<Tensor> arrived;
  std::vector<std::unique_ptr<Request>> requests;
  for (int i = 0; i < kRequests; ++i) {
    arrived.emplace_back(allocator(), Shape{sum(received), 700}, DType::f32);
    requests.push_back(world().start_all_to_all_rows(
        tensor_of<float>(me(), 20 + i, {sum(sent), 700}), sent, arrived.back(), received));
  }
  for (int i = 0; i < kRequests; ++i) requests[(me() + kRequests - i) % kRequests]->wait();
  for (int i = 0; i < kRequests; ++i) {
    Tensor expected(allocator(), arrived[i].shape(), DType::f32);
    world().all_to_all_rows(tensor_of<float>(me(), 20 + i, {sum(sent), 700}), sent, expected,
                            received);
    EXPECT_TRUE(requests[i]->test());
    EXPECT_TRUE(std::ranges::equal(arrived[i].span<float>(), expected.span<float>())) << i;
  }
}

TEST(AllToAll, ReversedIsItsTranspose) {
  const Rows sent = rows_sent_by(me());
  const Rows received = rows_received_by(me());
  const Tensor x = tensor_of<double>(me(), 2, {sum(sent), 4});
  const Tensor y = tensor_of<double>(me(), 3, {sum(received), 4});
  Tensor forward(allocator(), y.shape(), DType::f64);
  Tensor back(allocator(), x.shape(), DType::f64);
  world().all_to_all_rows(x, sent, forward, received);
  world().all_to_all_rows(y, received, back, sent);
  Tensor sums(allocator(), {2}, DType::f64);
  sums.data<double>()[0] = dot(forward, y);
  sums.data<double>()[1] = dot(x, back);
  world().all_reduce_sum(sums);
  EXPECT_NEAR(sums.data<double>()[0], sums.data<double>()[1], 1e-11);
}

TEST(AllToAll, OfNothingAtAllIsStillACall) {
  const Rows none(size(), 0);
  const Tensor send(allocator(), {0, 4}, DType::f32);
  Tensor receive(allocator(), {0, 4}, DType::f32);
  world().all_to_all_rows(send, none, receive, none);
  const Tensor narrow(allocator(), {size(), 0}, DType::f32);
  Tensor same(allocator(), {size(), 0}, DType::f32);
  world().all_to_all_rows(narrow, Rows(size(), 1), same, Rows(size(), 1));
  EXPECT_EQ(receive.numel() + same.numel(), 0);
}

// Calls that pass a rank by are calls of that rank too: what follows finds its partner.
TEST(AllToAll, BetweenTwoRanksAtATimeReachesAll) {
  for (int round = 0; round < 3; ++round)
    for (int other = 1; other < size(); ++other) {
      Rows out(static_cast<std::size_t>(size()), 0), in = out;
      if (me() == 0) out[static_cast<std::size_t>(other)] = 1;
      if (me() == other) in[0] = 1;
      Tensor sent(allocator(), {me() == 0 ? 1 : 0, 1}, DType::i64);
      Tensor received(allocator(), {me() == other ? 1 : 0, 1}, DType::i64);
      if (me() == 0) sent.data<std::int64_t>()[0] = 10 * round + other;
      world().all_to_all_rows(sent, out, received, in);
      if (me() == other) {
        EXPECT_EQ(received.data<std::int64_t>()[0], 10 * round + other);
      }
    }
}

TEST(Broadcast, GivesEveryRankTheRootsTensor) {
  for (int root = 0; root < size(); ++root) {
    for (std::int64_t n : {0, 1, 40000}) {
      Tensor x = tensor_of<float>(me(), 4, {n});
      world().broadcast(x, Rank{root});
      const Tensor expected = tensor_of<float>(root, 4, {n});
      for (std::int64_t i = 0; i < n; i += 997) {
        ASSERT_EQ(x.data<float>()[i], expected.data<float>()[i]);
      }
    }
  }
}

TEST(Broadcast, GivesEveryRankTheRootsText) {
  for (int root = 0; root < size(); ++root) {
    for (const std::string& text : {std::string(), std::string("two\0 words", 10)}) {
      std::string x = me() == root ? text : std::string("something longer, to be replaced");
      world().broadcast(x, Rank{root});
      EXPECT_EQ(x, text);
    }
  }
}

TEST(Exchange, RefusesArgumentsThatDoNotFit) {
  using switchyard::testing::error_text;
  Tensor x(allocator(), {2, 3}, DType::f32);
  Tensor y(allocator(), {2, 3}, DType::f64);
  Rows rows(size(), 0);
  rows[0] = 2;
  const auto refused = [](auto call) { return error_text(ExitCode::run_failed, call); };
  EXPECT_NE(refused([&] { world().all_to_all_rows(x, rows, y, rows); }).find("f64"),
            std::string::npos);
  rows[0] = 3;
  EXPECT_NE(refused([&] { world().all_to_all_rows(x, rows, x, rows); }).find("add up to 3"),
            std::string::npos);
  rows[0] = -2;
  EXPECT_NE(refused([&] { world().all_gather_rows(x, x, rows); }).find("negative"),
            std::string::npos);
  rows.push_back(0);
  EXPECT_NE(refused([&] { world().all_gather_rows(x, x, rows); }).find("one a rank"),
            std::string::npos);
  EXPECT_NE(refused([&] { world().broadcast(x, Rank{size()}); }).find("root"), std::string::npos);
  EXPECT_NE(refused([&] { world().split(-1, "part"); }).find("color"), std::string::npos);
  Tensor bytes(allocator(), {2}, DType::u8);
  EXPECT_NE(refused([&] { world().all_reduce_sum(bytes); }).find("u8"), std::string::npos);
  EXPECT_NE(refused([&] { world().all_to_all_counts(rows, 1); }).find("expected"),
            std::string::npos);
}

/// Host memory that passes for a device's.
class DeviceMemory : public Allocator {
 public:
  MemoryKind memory() const override { return MemoryKind::cuda; }
  Block allocate(std::size_t bytes) override { return allocator().allocate(bytes); }
  std::size_t live_bytes() const override { return 0; }
  std::size_t peak_bytes() const override { return 0; }
  void reset_peak() override {}
};

TEST(Exchange, RefusesADevicesMemory) {
  using switchyard::testing::error_text;
  DeviceMemory device;
  Rows own(size(), 0);
  own[me()] = 2;
  Tensor x(device, {2, 3}, DType::f32);
  Tensor y(device, {2, 3}, DType::f32);
  EXPECT_NE(error_text(ExitCode::run_failed, [&] { world().all_to_all_rows(x, own, y, own); })
                .find("device's memory"),
            std::string::npos);
}

TEST(SelfCommunicator, CopiesAsItIsTold) {
  DeviceMemory device;
  int copies = 0;
  auto self = make_self_communicator("alone", [&](const Tensor& from, Tensor& to) {
    ++copies;
    EXPECT_EQ(from.bytes(), to.bytes());
  });
  const Tensor x(device, {2, 3}, DType::f32);
  Tensor y(device, {2, 3}, DType::f32);
  const Rows rows = {2};
  self->all_to_all_rows(x, rows, y, rows);
  self->split(0, "still alone")->all_gather_rows(x, y, rows);
  EXPECT_EQ(copies, 2);
}

}  // namespace
}  // namespace switchyard::test
