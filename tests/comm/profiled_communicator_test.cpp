// A watched group exchanges what the group does, and notes it while its recorder records.

#include "comm/profiled_communicator.hpp"

#include <gtest/gtest.h>

#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using Numbers = std::vector<std::int64_t>;

class Profiled : public ::testing::Test {
 protected:
  Tensor rows(std::int64_t n, std::int64_t width = 2) {
    Tensor x(*memory, {n, width}, DType::f64);
    for (double& v : x.span<double>()) v = world().rank().value + 1;
    return x;
  }
  // Runs `work` in a recorded step.
  RankProfile profile_of(const std::function<void()>& work) {
    recorder.begin_step(StepKind::training, 0);
    work();
    recorder.end_step(StepKind::training);
    return recorder.take();
  }

  const int size = world().size();
  const int rank = world().rank().value;
  std::shared_ptr<Allocator> memory = make_host_allocator();
  Recorder recorder{StepKind::training, {0, 1}};
  ProfiledCommunicator group{world(), recorder};
  const double all_ranks = size * (size + 1) / 2.0;
};

TEST_F(Profiled, CallsAreNotedInOrderWithTheirBytes) {
  Tensor x = rows(3), received = rows(size);
  const Numbers one_each(static_cast<std::size_t>(size), 1);
  const RankProfile profile = profile_of([&] {
    group.all_reduce_sum(x);
    EXPECT_EQ(group.all_to_all_counts(Numbers(static_cast<std::size_t>(size), rank), 1).back(),
              size - 1);
    group.all_to_all_rows(rows(size), one_each, received, one_each);
    group.barrier();
  });
  EXPECT_EQ(x.data<double>()[5], all_ranks);
  EXPECT_EQ(received.data<double>()[2 * size - 1], size);

  ASSERT_EQ(profile.collectives.size(), 4u);
  const auto& calls = profile.collectives;
  EXPECT_EQ(calls[0].operation, Collective::all_reduce);
  EXPECT_EQ(calls[0].bytes, 48);
  EXPECT_TRUE(calls[0].sent.empty());
  EXPECT_EQ(calls[1].operation, Collective::all_to_all_counts);
  EXPECT_EQ(calls[1].bytes, 8 * size);
  EXPECT_EQ(calls[2].operation, Collective::all_to_all_rows);
  EXPECT_EQ(calls[2].sent, Numbers(static_cast<std::size_t>(size), 16));
  EXPECT_EQ(calls[3].operation, Collective::barrier);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].sequence, static_cast<std::int64_t>(i));
    EXPECT_FALSE(calls[i].started);
    EXPECT_LE(calls[i].under_way.begin, calls[i].under_way.end);
    // A call that blocks is a wait from its beginning to its end.
    ASSERT_EQ(calls[i].waits.size(), 1u);
    EXPECT_LE(calls[i].under_way.begin, calls[i].waits[0].begin);
    EXPECT_LE(calls[i].under_way.end, calls[i].waits[0].end);
  }
}

TEST_F(Profiled, AStartedCallIsUnderWayUntilItIsSeenComplete) {
  Tensor x = rows(1);
  const RankProfile profile = profile_of([&] {
    auto request = group.start_all_reduce_sum(x);
    while (!request->test()) {
    }
    const ZoneScope later(&recorder, Zone::loss);
    request->wait();
  });
  EXPECT_EQ(x.data<double>()[0], all_ranks);
  ASSERT_EQ(profile.collectives.size(), 1u);
  const CollectiveRecord& call = profile.collectives[0];
  EXPECT_TRUE(call.started);
  EXPECT_EQ(call.zone, -1);
  EXPECT_LE(call.under_way.end, profile.zones[0].host.begin);  // when test() said so, not wait()
  EXPECT_LE(call.host.end, call.under_way.end);
}

TEST_F(Profiled, SequencesGoOnWhileNobodyRecords) {
  group.barrier();
  group.barrier();
  const RankProfile profile = profile_of([&] { group.barrier(); });
  ASSERT_EQ(profile.collectives.size(), 1u);
  EXPECT_EQ(profile.collectives[0].sequence, 2);
}

TEST_F(Profiled, PartsKnowTheirMembersInTheWorld) {
  auto part = group.split(rank % 2, rank % 2 == 0 ? "even" : "odd");
  const RankProfile profile = profile_of([&] { part->barrier(); });
  EXPECT_EQ(profile.groups[0].members.size(), static_cast<std::size_t>(size));
  const int members = rank % 2 == 0 ? (size + 1) / 2 : size / 2;
  if (members == 1) {  // nothing is exchanged in a group of one
    EXPECT_EQ(profile.groups.size(), 1u);
    EXPECT_TRUE(profile.collectives.empty());
    return;
  }
  ASSERT_EQ(profile.groups.size(), 2u);
  EXPECT_EQ(profile.groups[1].name, rank % 2 == 0 ? "even" : "odd");
  for (int i = 0; i < members; ++i)
    EXPECT_EQ(profile.groups[1].members[static_cast<std::size_t>(i)], rank % 2 + 2 * i);
  EXPECT_EQ(profile.collectives[0].group, 1);
}

}  // namespace
}  // namespace switchyard::test
