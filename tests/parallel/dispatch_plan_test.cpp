// Dispatch plans against a brute-force sort of all the group's (sample, choice) pairs.

#include "parallel/dispatch_plan.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <optional>

#include "parallel/grid.hpp"
#include "parallel/routing_case.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

// One row on its way: what a rank may know of it.
struct Row {
  int source;
  int expert;
  std::int64_t sample;  ///< global
  int choice;
};

class DispatchPlans : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    auto cases = routing_cases(world().size());
    routing = cases[static_cast<std::size_t>(GetParam())];
    me = world().rank().value;
    first = routing.first_sample(me);
    planner.emplace(*backend, world(), routing.experts);
    SortedRows sorted =
        planner->sort(routing.chosen(*backend, first, routing.first_sample(me + 1)));
    plan = planner->plan({&sorted, 1})[0];
    offsets.resize(static_cast<std::size_t>(plan.offsets.numel()));
    backend->to_host(plan.offsets, offsets.data());
  }
  ExpertRange shard(int rank) { return expert_range(routing.experts, world().size(), rank); }
  std::vector<std::int32_t> read(const Tensor& x) {
    std::vector<std::int32_t> values(static_cast<std::size_t>(x.numel()));
    backend->to_host(x, values.data());
    return values;
  }
  // An order of the rows that have arrived; undefined stands for theirs.
  std::vector<std::int32_t> read_order(const Tensor& index) {
    if (index) return read(index);
    std::vector<std::int32_t> same(arrived().size());
    std::iota(same.begin(), same.end(), 0);
    return same;
  }
  // Rows that `source` sends, in the order (expert, sample, choice).
  std::vector<Row> sent_by(int source) {
    std::vector<Row> rows;
    for (int e = 0; e < routing.experts; ++e)
      for (auto s = routing.first_sample(source); s < routing.first_sample(source + 1); ++s)
        for (int j = 0; j < routing.k; ++j)
          if (routing.expert(s, j) == e) rows.push_back({source, e, s, j});
    return rows;
  }
  // Rows that arrive here, grouped by source.
  std::vector<Row> arrived() {
    std::vector<Row> rows;
    for (int source = 0; source < world().size(); ++source)
      for (const Row& row : sent_by(source))
        if (row.expert >= shard(me).first && row.expert < shard(me).last) rows.push_back(row);
    return rows;
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  RoutingCase routing;
  std::optional<DispatchPlanner> planner;
  int me = 0;
  std::int64_t first = 0;
  DispatchPlan plan;
  std::vector<std::int64_t> offsets;
};

TEST_P(DispatchPlans, CountsRowsByDestinationAndSource) {
  std::vector<std::int64_t> send(static_cast<std::size_t>(world().size()), 0), receive = send;
  for (const Row& row : sent_by(me))
    for (int r = 0; r < world().size(); ++r)
      send[static_cast<std::size_t>(r)] +=
          row.expert >= shard(r).first && row.expert < shard(r).last;
  for (const Row& row : arrived()) ++receive[static_cast<std::size_t>(row.source)];
  EXPECT_EQ(plan.pack.dim(0), static_cast<std::int64_t>(sent_by(me).size()));
  EXPECT_EQ(offsets.back(), static_cast<std::int64_t>(arrived().size()));
  ASSERT_EQ(plan.route.traffic != nullptr, world().size() > 1) << "nobody to send to";
  if (!plan.route.traffic) return;
  EXPECT_EQ(plan.route.traffic->send_rows, send);
  EXPECT_EQ(plan.route.traffic->receive_rows, receive);
  EXPECT_EQ(plan.route.send_room, plan.pack.dim(0));
  EXPECT_EQ(plan.route.receive_room, offsets.back());
}

TEST_P(DispatchPlans, PackByExpertAndFindEachPairAgain) {
  std::vector<Row> rows = sent_by(me);
  std::vector<std::int32_t> pack = read(plan.pack), combine = read(plan.combine);
  ASSERT_EQ(pack.size(), rows.size());
  ASSERT_EQ(combine.size(), rows.size());
  for (std::size_t s = 0; s < rows.size(); ++s) {
    EXPECT_EQ(pack[s], rows[s].sample - first);
    EXPECT_EQ(
        combine[static_cast<std::size_t>((rows[s].sample - first) * routing.k + rows[s].choice)],
        static_cast<std::int32_t>(s));
  }
}

TEST_P(DispatchPlans, RegroupByLocalExpertInTheOrderOfSamples) {
  std::vector<Row> rows = arrived();
  std::vector<std::int32_t> regroup = read_order(plan.regroup);
  ASSERT_EQ(regroup.size(), rows.size());
  ASSERT_EQ(offsets.size(), static_cast<std::size_t>(shard(me).size()) + 1);
  EXPECT_EQ(offsets.front(), 0);
  for (int e = 0; e < shard(me).size(); ++e) {
    std::int64_t last_sample = -1;
    for (auto r = offsets[e]; r < offsets[e + 1]; ++r) {
      const Row& row = rows[static_cast<std::size_t>(regroup[static_cast<std::size_t>(r)])];
      EXPECT_EQ(row.expert, shard(me).first + e);
      EXPECT_GT(row.sample, last_sample);
      last_sample = row.sample;
    }
  }
}

TEST_P(DispatchPlans, UngroupIsTheInverseOfRegroup) {
  std::vector<std::int32_t> regroup = read_order(plan.regroup), ungroup = read_order(plan.ungroup);
  ASSERT_EQ(regroup.size(), ungroup.size());
  for (std::size_t r = 0; r < regroup.size(); ++r)
    EXPECT_EQ(ungroup[static_cast<std::size_t>(regroup[r])], static_cast<std::int32_t>(r));
}

INSTANTIATE_TEST_SUITE_P(Routings, DispatchPlans, testing::Range(0, 6));

// Parts of a batch share one exchange of counts and are planned as if each were a batch.
TEST_P(DispatchPlans, OfPartsAreThoseOfBatches) {
  const std::int64_t last = routing.first_sample(me + 1), middle = first + (last - first) / 3;
  auto sort_part = [&](std::size_t p) {
    return planner->sort(p == 0 ? routing.chosen(*backend, first, middle)
                                : routing.chosen(*backend, middle, last));
  };
  const std::vector<SortedRows> parts = {sort_part(0), sort_part(1)};
  const std::vector<DispatchPlan> plans = planner->plan(parts);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    SortedRows again = sort_part(p);
    DispatchPlan alone = planner->plan({&again, 1})[0];
    ASSERT_EQ(plans[p].route.traffic != nullptr, alone.route.traffic != nullptr);
    if (alone.route.traffic) {
      EXPECT_EQ(plans[p].route.traffic->send_rows, alone.route.traffic->send_rows);
      EXPECT_EQ(plans[p].route.traffic->receive_rows, alone.route.traffic->receive_rows);
    }
    EXPECT_EQ(read_order(plans[p].pack), read_order(alone.pack));
    ASSERT_EQ(plans[p].regroup.defined(), alone.regroup.defined());
    if (alone.regroup) {
      EXPECT_EQ(read(plans[p].regroup), read(alone.regroup));
    }
  }
}

}  // namespace
}  // namespace switchyard::test
