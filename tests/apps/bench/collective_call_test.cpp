// Calls on real groups: sizes, and whether wrong results are noticed.

#include "apps/bench/collective_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "comm/forwarding_communicator.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using testing::contains;
using testing::error_text;

constexpr MeasuredCollective kAll[] = {
    MeasuredCollective::all_reduce,     MeasuredCollective::all_gather,
    MeasuredCollective::reduce_scatter, MeasuredCollective::all_to_all,
    MeasuredCollective::all_to_all_v,   MeasuredCollective::broadcast};
constexpr DType kTypes[] = {DType::f32, DType::f64, DType::bf16, DType::i64};

class Calls : public ::testing::Test {
 protected:
  CollectiveCall call(MeasuredCollective kind, std::int64_t bytes, DType dtype = DType::f32,
                      double hot_factor = 1) {
    return {kind, {world(), *backend}, dtype, bytes, hot_factor};
  }

  const int ranks = world().size();
  std::unique_ptr<Backend> backend = make_backend(BackendKind::cpu);
};

TEST_F(Calls, AreRightOnEveryTypeAfterManyRuns) {
  for (MeasuredCollective kind : kAll)
    for (DType dtype : kTypes) {
      CollectiveCall measured = call(kind, 1000, dtype, 2);
      for (int i = 0; i < 3; ++i) measured.run();
      EXPECT_EQ(measured.check(), 0)
          << name_of(kind, measured_collective_choices) << ' ' << to_string(dtype);
    }
}

TEST_F(Calls, HaveTheSizesOfNcclTests) {
  const std::int64_t whole = 96;  // elements: a multiple of 1, 2, 3 and 4 ranks
  for (MeasuredCollective kind : kAll) {
    const CollectiveCall measured = call(kind, 4 * whole + 3);
    const bool parts =
        kind != MeasuredCollective::all_reduce && kind != MeasuredCollective::broadcast;
    EXPECT_EQ(measured.size(), 4 * whole);
    EXPECT_EQ(measured.count(), parts ? whole / ranks : whole);
  }
}

TEST_F(Calls, CountTheBytesThatTravel) {
  const std::int64_t part = 24;  // rows for the fullest rank
  const CollectiveCall even = call(MeasuredCollective::all_to_all, 4 * part * ranks);
  EXPECT_EQ(even.travelling_bytes(), 4 * part * ranks * (ranks - 1));
  const CollectiveCall hot =
      call(MeasuredCollective::all_to_all_v, 4 * part * ranks, DType::f32, 3);
  EXPECT_EQ(hot.travelling_bytes(), 4 * (part + part / 3 * (ranks - 1)) * (ranks - 1));
  EXPECT_EQ(hot.size(), 4 * part * ranks);
  EXPECT_EQ(call(MeasuredCollective::all_reduce, 64).travelling_bytes(), 0);
}

TEST_F(Calls, MaySendRankZeroNothing) {
  CollectiveCall none = call(MeasuredCollective::all_to_all_v, 400 * ranks, DType::f32, 0);
  EXPECT_EQ(none.travelling_bytes(), 400 * (ranks - 1) * (ranks - 1));
  EXPECT_EQ(none.check(), 0);
}

TEST_F(Calls, RefuseLessThanOneElementARank) {
  EXPECT_EQ(call(MeasuredCollective::all_gather, 4 * ranks).count(), 1);
  const std::string text =
      error_text(ExitCode::bad_usage, [&] { call(MeasuredCollective::all_gather, 4 * ranks - 1); });
  EXPECT_TRUE(contains(text, fmt::format("for each of {} ranks", ranks)));
  EXPECT_TRUE(contains(text, fmt::format("at least {}", 4 * ranks)));
  EXPECT_EQ(count_elements(MeasuredCollective::all_reduce, DType::f32, 7, ranks), 1);
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_usage,
                 [&] { count_elements(MeasuredCollective::broadcast, DType::f32, 3, ranks); }),
      "less than one f32 in broadcast; ask for at least 4"));
}

/// Damages what arrives on the last rank.
class Broken final : public ForwardingCommunicator {
 public:
  using ForwardingCommunicator::ForwardingCommunicator;
  void all_reduce_sum(Tensor& x) override {
    inner().all_reduce_sum(x);
    damage(x);
  }
  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override {
    inner().all_gather_rows(mine, all, rows);
    damage(all);
  }
  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override {
    inner().reduce_scatter_rows(all, mine, rows);
    damage(mine);
  }
  /// Brings nothing.
  void all_to_all_rows(const Tensor&, Counts, Tensor&, Counts) override {}
  void broadcast(Tensor& x, Rank root) override {
    inner().broadcast(x, root);
    damage(x);
  }

 private:
  void damage(Tensor& x) {
    if (rank().value == size() - 1) x.data<float>()[x.numel() / 2] += 1;
  }
};

TEST_F(Calls, CountWhatABrokenGroupGetsWrong) {
  Broken broken(world());
  for (MeasuredCollective kind : kAll) {
    CollectiveCall measured(kind, {broken, *backend}, DType::f32, 4 * 10 * ranks, 1);
    const bool lost = measured.operation() == Collective::all_to_all_rows;
    EXPECT_EQ(measured.check(), lost ? 10 * ranks * ranks : 1)
        << name_of(kind, measured_collective_choices);
  }
}

/// Takes what one rank sent for what another did.
class Swapping final : public ForwardingCommunicator {
 public:
  using ForwardingCommunicator::ForwardingCommunicator;
  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override {
    inner().all_gather_rows(mine, all, rows);
    std::rotate(all.data<float>(), all.data<float>() + rows[0], all.data<float>() + all.numel());
  }
};

TEST_F(Calls, NoticePartsInTheWrongPlace) {
  if (ranks == 1) GTEST_SKIP() << "one part has one place";
  Swapping swapping(world());
  CollectiveCall measured(MeasuredCollective::all_gather, {swapping, *backend}, DType::f32,
                          4 * 500 * ranks, 1);
  // Values may be equal by chance, one in 251.
  EXPECT_GT(measured.check(), 0.95 * 500 * ranks * ranks);
}

TEST(ValuePattern, KeepsSumsExactInBfloat16) {
  const ValuePattern pattern(DType::bf16, 256);
  for (std::int64_t i = 0; i < 1000; ++i) EXPECT_LE(pattern.sum(i), 256);
  EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [] { ValuePattern(DType::bf16, 257); }),
                       "--check cannot tell wrong sums of 257 ranks"));
}

}  // namespace
}  // namespace switchyard::test
