// What a profiled group notes of exchanges on a device, against work on the device's stream that
// says by the host's clock when it ran. All ranks are on one host, so they have one clock.

#include <gtest/gtest.h>

#include <cstdlib>

#include "comm/cuda/device_group.hpp"
#include "comm/profiled_communicator.hpp"
#include "comm/rank_data.hpp"
#include "profile/cuda/cuda_timer.hpp"
#include "profile/cuda/stream_work.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kSlack = 5'000'000;

class ProfiledExchange : public ::testing::Test {
 protected:
  void SetUp() override {
    if (world().size() == 1) GTEST_SKIP() << "one rank exchanges nothing";
    setenv("CUDA_EMULATION_LAZY", "1", 1);
    inner = make_device_group();
    group = std::make_unique<ProfiledCommunicator>(*inner, recorder);
    recorder.begin_step(StepKind::benchmark, 0);
  }
  void TearDown() override { unsetenv("CUDA_EMULATION_LAZY"); }

  bool last() { return world().rank().value == world().size() - 1; }
  std::vector<CollectiveRecord> take() {
    recorder.end_step(StepKind::benchmark);
    return recorder.take().collectives;
  }
  /// Of the last rank's number, on all.
  std::int64_t from_last(std::int64_t number) {
    const std::vector<std::int64_t> own(static_cast<std::size_t>(world().size()), number);
    return world().all_to_all_counts(own, 1).back();
  }

  StreamWork work;
  CudaTimer timer{device()};
  Recorder recorder{StepKind::benchmark, {.first = 0, .last = 1}, &timer};
  std::unique_ptr<Communicator> inner;
  std::unique_ptr<Communicator> group;
  Tensor own = tensor_of<float>(world().rank().value, 0, {100});
};

TEST_F(ProfiledExchange, IsEnteredWhenTheStreamGetsThereAndLeftWhenAllHave) {
  Tensor x = to_device(own);
  world().barrier();
  const TimeSpan* pause = last() ? &work.pause(device().stream(), 30ms) : nullptr;
  group->all_reduce_sum(x);
  const std::vector<CollectiveRecord> calls = take();
  ASSERT_EQ(calls.size(), 1u);
  const CollectiveRecord& call = calls[0];
  if (pause) {
    EXPECT_GE(call.under_way.begin, pause->end - kSlack);
  }
  const std::int64_t last_entry = from_last(call.under_way.begin);
  EXPECT_GE(call.under_way.end, last_entry - kSlack);
  ASSERT_EQ(call.waits.size(), 1u);
  EXPECT_GE(call.waits[0].length(), last_entry - call.under_way.begin - kSlack);
  EXPECT_FALSE(call.started);
}

TEST_F(ProfiledExchange, ComputingGoesOnWhileItIsUnderWayUntilItIsWaitedFor) {
  Tensor x = to_device(own);
  auto request = group->start_all_reduce_sum(x);
  const TimeSpan& computing = work.pause(device().stream(), 20ms);
  request->wait();
  const std::vector<CollectiveRecord> calls = take();
  ASSERT_EQ(calls.size(), 1u);
  const CollectiveRecord& call = calls[0];
  EXPECT_TRUE(call.started);
  EXPECT_LE(call.under_way.begin, computing.begin + kSlack);
  EXPECT_LE(call.under_way.begin, call.under_way.end);
  ASSERT_EQ(call.waits.size(), 1u);
  EXPECT_GE(call.waits[0].begin, computing.end - kSlack);
  EXPECT_LE(call.under_way.end, call.waits[0].end + kSlack);
  if (!timer.exchanges_apart()) {
    EXPECT_GE(call.under_way.end, computing.end - kSlack)
        << "what arrives is put on the stream of computing, behind what is there";
  }
}

TEST_F(ProfiledExchange, OfTheHostsMemoryHasTheHostsTimes) {
  work.pause(device().stream(), 20ms);
  Tensor x = own;
  const std::int64_t before = host_clock();
  group->all_reduce_sum(x);
  group->all_to_all_counts(std::vector<std::int64_t>(static_cast<std::size_t>(world().size())), 1);
  const std::int64_t after = host_clock();
  const std::vector<CollectiveRecord> calls = take();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_GE(calls[0].under_way.begin, before);
  EXPECT_LE(calls[0].under_way.end, calls[1].under_way.begin);
  EXPECT_LE(calls[1].under_way.end, after);
}

TEST_F(ProfiledExchange, AreInOrder) {
  Tensor x = to_device(own);
  const auto ranks = static_cast<std::size_t>(world().size());
  const std::vector<std::int64_t> rows(ranks, 1);
  Tensor sent = to_device(tensor_of<float>(world().rank().value, 1, {world().size(), 3}));
  Tensor received(device().allocator(), {world().size(), 3}, DType::f32);
  Tensor one(device().allocator(), {1, 3}, DType::f32);
  group->all_reduce_sum(x);
  group->all_to_all_rows(sent, rows, received, rows);
  group->reduce_scatter_rows(received, one, rows);
  group->all_gather_rows(one, received, rows);
  group->broadcast(received, Rank{0});
  const std::vector<CollectiveRecord> calls = take();
  ASSERT_EQ(calls.size(), 5u);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_LE(calls[i].under_way.begin, calls[i].under_way.end) << i;
    ASSERT_EQ(calls[i].waits.size(), 1u) << i;
    EXPECT_LE(calls[i].waits[0].begin, calls[i].waits[0].end) << i;
    if (i > 0) {
      EXPECT_LE(calls[i - 1].under_way.end, calls[i].under_way.begin) << i;
    }
  }
}

}  // namespace
}  // namespace switchyard::test
