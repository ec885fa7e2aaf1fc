// Learning rates against those of PyTorch 1.13's schedulers, to the last digits it prints.

#include "train/schedule.hpp"

#include <gtest/gtest.h>

#include "base/config/config.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::error_text;

std::vector<double> rates(const ScheduleConfig& config, double base, int epochs,
                          std::int64_t steps) {
  std::vector<double> rates;
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (std::int64_t step = 0; step < steps; ++step)
      rates.push_back(learning_rate(config, base, {epochs, epoch, step, steps}));
  return rates;
}

void expect_rates(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-14 * expected[0]) << "step " << i;
}

TEST(Schedule, MultiStepDropsAtEpochsAsMultiStepLR) {
  ScheduleConfig config{.milestones = {3, 5}};
  expect_rates(rates(config, 0.1, 7, 1), {0.1, 0.1, 0.1, 0.010000000000000002, 0.010000000000000002,
                                          0.0010000000000000002, 0.0010000000000000002});
}

TEST(Schedule, MultiStepIsConstantWithinAnEpoch) {
  ScheduleConfig config{.milestones = {1}, .gamma = 0.5};
  expect_rates(rates(config, 1, 2, 3), {1, 1, 1, 0.5, 0.5, 0.5});
}

TEST(Schedule, CosineFallsByStepAsCosineAnnealingLR) {
  ScheduleConfig config{.kind = ScheduleKind::cosine, .min_learning_rate = 0.01};
  expect_rates(rates(config, 0.4, 3, 2),
               {0.4, 0.3738749537379656, 0.30250000000000005, 0.20500000000000002,
                0.10750000000000004, 0.03612504626203445});
}

TEST(Schedule, WarmUpRisesByStepAsLinearLRBeforeTheCosine) {
  ScheduleConfig config{.kind = ScheduleKind::cosine, .warmup_epochs = 2};
  expect_rates(rates(config, 0.2, 5, 2),
               {0.05, 0.1, 0.15000000000000002, 0.2, 0.2, 0.1866025403784439, 0.15000000000000002,
                0.1, 0.050000000000000024, 0.01339745962155613});
}

TEST(Schedule, MilestonesCountFromTheStartOfTheRun) {
  ScheduleConfig config{.milestones = {2}, .warmup_epochs = 1};
  expect_rates(rates(config, 1, 3, 2), {0.5, 1, 1, 1, 0.1, 0.1});
}

TEST(Schedule, ConstantStays) {
  ScheduleConfig config{.kind = ScheduleKind::constant};
  expect_rates(rates(config, 0.3, 50, 1), std::vector<double>(50, 0.3));
}

TEST(Schedule, IsReadFromAConfig) {
  ScheduleConfig config;
  read_config(config, {"--schedule", "cosine", "--milestones", "10,20", "--warmup-epochs", "3"});
  EXPECT_EQ(config.kind, ScheduleKind::cosine);
  EXPECT_EQ(config.milestones, (std::vector<int>{10, 20}));
  EXPECT_EQ(config.warmup_epochs, 3);
}

TEST(Schedule, RefusesWhatDoesNotFitTheRun) {
  std::string text =
      error_text(ExitCode::bad_usage, [] { validate(ScheduleConfig{.warmup_epochs = 5}, 0.1, 5); });
  EXPECT_NE(text.find("give at most 4"), std::string::npos) << text;
  ScheduleConfig rising{.kind = ScheduleKind::cosine, .min_learning_rate = 0.2};
  text = error_text(ExitCode::bad_usage, [&] { validate(rising, 0.1, 5); });
  EXPECT_NE(text.find("--min-lr 0.2 is above --lr 0.1"), std::string::npos) << text;
  EXPECT_NO_THROW(validate(ScheduleConfig{.warmup_epochs = 4}, 0.1, 5));
}

}  // namespace
}  // namespace switchyard
