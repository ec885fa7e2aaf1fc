#include "apps/scale/results.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace switchyard {
namespace {

ScaleConfig small_config() {
  ScaleConfig config;
  config.machines = MACHINES;
  config.ranks = {1, 16};
  config.messages = true;
  return config;
}

TEST(ScaleResults, PartsAddUpToTheStep) {
  const ScaleConfig config = small_config();
  const Study study = study_scaling(config);
  const auto json = nlohmann::json::parse(results_json(config, study));
  EXPECT_EQ(json.at("machine"), "dgx-a100");
  EXPECT_TRUE(json.at("model").is_null());
  for (const auto& row : json.at("predictions")) {
    double sum = 0;
    for (const char* part : {"forward", "backward", "experts_exchange", "gradient_sync",
                             "norm_sync", "waiting", "other"})
      sum += row.at(part).get<double>();
    EXPECT_NEAR(sum, row.at("step").get<double>(), 1e-12);
  }
}

TEST(ScaleResults, HaveEveryMessageOfAStep) {
  const ScaleConfig config = small_config();
  const Study study = study_scaling(config);
  const auto json = nlohmann::json::parse(results_json(config, study));
  const auto& schedule = json.at("predictions").at(1).at("schedule");
  const auto messages = std::ranges::count_if(
      schedule, [](const nlohmann::json& event) { return event.contains("operation"); });
  EXPECT_EQ(messages, std::ssize(study.rows[1].prediction.schedule.messages));
  for (const auto& event : schedule) EXPECT_GE(event.at("seconds").get<double>(), 0);
}

TEST(ScaleResults, TableHasALineForEachPrediction) {
  std::istringstream lines(results_csv(study_scaling(small_config())));
  std::string head, line;
  std::getline(lines, head);
  const auto columns = std::ranges::count(head, ',');
  EXPECT_EQ(head.substr(0, 39), "ranks,dp,ep,batch,experts,overload,step");
  int count = 0;
  for (; std::getline(lines, line); ++count) EXPECT_EQ(std::ranges::count(line, ','), columns);
  EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace switchyard
