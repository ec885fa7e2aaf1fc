// Dropout masks: keyed by sample, off in evaluation.

#include <gtest/gtest.h>

#include "model/lone_rank.hpp"

namespace switchyard::test {
namespace {

class Dropout : public testing::Test {
 protected:
  // The mask: dropout of ones.
  std::vector<double> mask(const std::vector<std::int64_t>& ids, std::int64_t columns,
                           std::int64_t step = 0, std::int64_t first_column = 0,
                           RandomPurpose purpose = RandomPurpose::hidden_dropout) {
    Tape tape(rank.backend, Recording::off);
    ForwardContext context = rank.context(tape, Mode::train, ids, step);
    Variable ones = tape.constant(
        rank.backend.full({static_cast<std::int64_t>(ids.size()), columns}, DType::f64, 1.0));
    return values(rank.backend,
                  dropout(context, ones, purpose, 0.25, context.sample_ids, first_column).value());
  }

  LoneRank rank;
};

TEST_F(Dropout, KeepsTheExpectedValue) {
  std::vector<double> m = mask({0, 1, 2, 3, 4, 5, 6, 7}, 1000);
  double dropped = 0;
  for (double v : m) {
    EXPECT_TRUE(v == 0 || v == 1 / 0.75) << v;
    dropped += v == 0;
  }
  EXPECT_NEAR(dropped / 8000, 0.25, 4 * std::sqrt(0.25 * 0.75 / 8000));
}

TEST_F(Dropout, BelongsToTheSample) {
  std::vector<double> together = mask({5, 9, 2}, 40), alone = mask({9}, 40);
  EXPECT_EQ(std::vector<double>(together.begin() + 40, together.begin() + 80), alone);
  EXPECT_NE(mask({5}, 40), alone);
}

TEST_F(Dropout, DiffersBetweenStepsAndPurposes) {
  EXPECT_NE(mask({9}, 40, 0), mask({9}, 40, 1));
  EXPECT_NE(mask({9}, 40), mask({9}, 40, 0, 0, RandomPurpose::gate_input_dropout));
}

TEST_F(Dropout, OfLaterColumnsContinuesThatOfTheFirst) {
  std::vector<double> all = mask({9}, 40);
  EXPECT_EQ(mask({9}, 10, 0, 30), std::vector<double>(all.begin() + 30, all.end()));
}

TEST_F(Dropout, IsTheIdentityInEvaluationAndForZero) {
  Tape tape(rank.backend, Recording::off);
  Variable x = tape.constant(noise(rank.backend, {2, 3}, 1));
  for (auto [mode, p] : {std::pair{Mode::eval, 0.5}, std::pair{Mode::train, 0.0}}) {
    ForwardContext context = rank.context(tape, mode, {1, 2});
    EXPECT_EQ(
        dropout(context, x, RandomPurpose::hidden_dropout, p, context.sample_ids).value().raw(),
        x.value().raw());
  }
}

}  // namespace
}  // namespace switchyard::test
