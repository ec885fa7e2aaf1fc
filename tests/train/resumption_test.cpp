#include "train/resumption.hpp"

#include <gtest/gtest.h>

#include "base/config/config.hpp"
#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

std::vector<ConfigChange> changes_by(std::vector<std::string> arguments) {
  TrainConfig now;
  read_config(now, std::move(arguments));
  return training_changes({}, now);
}

TEST(Resumption, MayRunElsewhereAndSaveOtherwise) {
  EXPECT_TRUE(changes_by({"--ep", "2", "--device", "cuda", "--communicator", "staged", "--graphs",
                          "off", "--two-level", "--overlap-degree", "2", "--threads", "3",
                          "--profile", "steps=1:2", "--checkpoint-every", "7", "--eval-batch", "9"})
                  .empty());
}

TEST(Resumption, NamesWhatTheTrainingDependsOn) {
  const auto changes = changes_by({"--lr", "0.5", "--ep", "2", "--batch", "64"});
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].key, "batch");
  EXPECT_EQ(changes[0].before, "128");
  EXPECT_EQ(changes[0].now, "64");
  EXPECT_EQ(changes[1].key, "lr");
  EXPECT_EQ(changes[1].now, "0.5");
}

TEST(Resumption, KeepsTheSamplesOfAnEpochUnderWay) {
  EXPECT_NO_THROW(require_same_epoch(changes_by({"--lr", "0.5"})));
  const std::string text = error_text(ExitCode::bad_usage, [] {
    require_same_epoch(changes_by({"--lr", "0.5", "--seed", "3"}));
  });
  EXPECT_TRUE(contains(text, "--seed cannot change from 42 to 3 in the midst of an epoch"));
}

}  // namespace
}  // namespace switchyard::testing
