#include "apps/scale/study.hpp"

#include <gtest/gtest.h>

#include "apps/scale/report.hpp"
#include "apps/scale/run_files.hpp"
#include "base/config/config.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::contains;
using testing::error_text;

ScaleConfig config_of_a100() {
  ScaleConfig config;
  config.machines = MACHINES;
  return config;
}

double step(const ScaleRow& row) {
  return row.prediction.parts.total();
}

TEST(Study, TakesTheOptionsOfTrain) {
  ScaleConfig config;
  read_config(config, {"--ranks", "1,2", "--head", "soft", "--experts", "4", "--batch", "64"});
  EXPECT_EQ(config.training.model.head.experts, 4);
  EXPECT_EQ(config.ranks, (std::vector<int>{1, 2}));
}

TEST(Study, CoversOneToFourThousandRanks) {
  const Study study = study_scaling(config_of_a100());
  ASSERT_EQ(study.rows.size(), 13u);
  EXPECT_EQ(study.rows.front().grid, (GridShape{1, 1}));
  EXPECT_EQ(study.rows.back().grid, (GridShape{4096, 8}));
  EXPECT_EQ(study.rows.back().shape.batch, 128 * 4096);
  EXPECT_EQ(study.rows.front().efficiency, 1);
  for (std::size_t i = 1; i < study.rows.size(); ++i)
    EXPECT_LT(study.rows[i].efficiency, study.rows[i - 1].efficiency);
  EXPECT_TRUE(contains(study.assumptions.front(), "Nothing was measured"));
}

TEST(Study, OfStrongScalingHasAKarpFlattShare) {
  ScaleConfig config = config_of_a100();
  config.mode = ScalingMode::strong;
  config.training.run.batch = 4096;
  const Study study = study_scaling(config);
  const ScaleRow &one = study.rows.front(), &two = study.rows[1];
  EXPECT_FALSE(one.karp_flatt.has_value());
  EXPECT_EQ(two.shape.batch, 4096);
  EXPECT_NEAR(two.efficiency, step(one) / (2 * step(two)), 1e-12);
  EXPECT_NEAR(*two.karp_flatt, (step(two) / step(one) - 0.5) / 0.5, 1e-12);
}

TEST(Study, ShowsAllGridsOrTheFastest) {
  ScaleConfig config = config_of_a100();
  config.ranks = {16};
  config.grids = GridChoice::all;
  const Study all = study_scaling(config);
  ASSERT_EQ(all.rows.size(), 4u);  // ep 1, 2, 4, 8
  config.grids = GridChoice::fastest;
  const Study fastest = study_scaling(config);
  ASSERT_EQ(fastest.rows.size(), 1u);
  for (const ScaleRow& row : all.rows) EXPECT_GE(step(row), step(fastest.rows[0]));
}

TEST(Study, CoversSeveralBatchesAndNumbersOfExperts) {
  ScaleConfig config = config_of_a100();
  config.ranks = {16, 32};
  config.batches = {256, 1024};
  config.expert_counts = {8, 32};
  const Study study = study_scaling(config);
  ASSERT_EQ(study.rows.size(), 8u);
  EXPECT_EQ(study.rows[7].grid.ep, 32);
  EXPECT_EQ(study.rows[7].shape.batch, 2048);
}

TEST(Study, LeavesOutRanksThatCannotBeAndSaysSo) {
  ScaleConfig config = config_of_a100();
  config.ranks = {1, 4, 8, 64, 128, 256};
  config.mode = ScalingMode::strong;
  config.training.execution.ep = 8;
  const Study study = study_scaling(config);
  ASSERT_EQ(study.rows.size(), 3u);
  EXPECT_EQ(study.rows.front().grid.ranks, 8);
  EXPECT_EQ(study.rows.front().efficiency, 1);
  EXPECT_EQ(study.rows.back().grid.ranks, 128);
  EXPECT_EQ(study.left_out,
            (std::vector<std::string>{
                "Without 1, 4 ranks: --ep 8 does not divide them.",
                "Without 256 ranks: a batch of 128 leaves some without a sample."}));
  EXPECT_TRUE(contains(report_text(config, study), "Without 1, 4 ranks: --ep 8"));
}

TEST(Study, GrowsTheBatchFromTheFewestRanksThatCanBe) {
  ScaleConfig config = config_of_a100();
  config.ranks = {1, 8, 16};
  config.training.execution.ep = 8;
  const Study study = study_scaling(config);
  EXPECT_EQ(study.rows.front().shape.batch, 128);
  EXPECT_EQ(study.rows.back().shape.batch, 256);
}

TEST(Study, NeverGivesARankMoreThanAllRows) {
  ScaleConfig config = config_of_a100();
  config.ranks = {1, 2, 8};
  config.overload = 4;
  const Study four = study_scaling(config);
  EXPECT_EQ(four.rows[0].overload, 1);
  EXPECT_EQ(four.rows[1].overload, 2);
  EXPECT_EQ(four.rows[2].overload, 4);
  config.overload = 2;
  EXPECT_EQ(step(study_scaling(config).rows[1]), step(four.rows[1]));
}

TEST(Study, HasATableForEachSeries) {
  ScaleConfig config = config_of_a100();
  config.ranks = {16};
  config.expert_counts = {8, 32};
  const std::string text = report_text(config, study_scaling(config));
  EXPECT_TRUE(contains(text, "Weak scaling of sparse, 8 experts"));
  EXPECT_TRUE(contains(text, "Weak scaling of sparse, 32 experts"));
}

class FittedStudy : public ::testing::Test {
 protected:
  FittedStudy() {
    config_.machines = MACHINES;
    config_.machine = "this-cpu";
    config_.ranks = {1, 2};
    config_.training.model.width = 8;
    config_.training.run.batch = 32;
    for (int batch : {32, 64, 128}) {
      const double backbone = 1e-3 + batch * 1e-4;
      const nlohmann::json profile = test::profile_of_two(backbone + 4e-3, backbone);
      const auto run = folder_ / fmt::format("b{}", batch);
      test::write_run(run, profile, fmt::format("batch = {}\nwidth = 8\n", batch));
      config_.measured += run.string() + ",";
    }
  }
  testing::TempFolder folder_;
  ScaleConfig config_;
};

TEST_F(FittedStudy, MarksWhatWasMeasuredAndStatesItsError) {
  const Study study = study_scaling(config_);
  const LinearCost backbone = study.model.costs.at(Zone::backbone, Pass::forward);
  EXPECT_NEAR(backbone.fixed, 1e-3, 1e-9);
  ASSERT_EQ(study.points.size(), 3u);
  for (const ComparedPoint& compared : study.points) {
    ASSERT_TRUE(compared.error().has_value());
    EXPECT_LT(std::abs(*compared.error()), 0.3);
  }
  EXPECT_FALSE(study.rows[0].measured.has_value());
  ASSERT_TRUE(study.rows[1].measured.has_value());  // batch 64 on two ranks
  EXPECT_DOUBLE_EQ(*study.rows[1].measured, 1e-3 + 64e-4 + 4e-3);
  const std::string text = report_text(config_, study);
  EXPECT_TRUE(contains(text, "measured 11.4"));
  EXPECT_TRUE(contains(text, "On 3 of 3 points that were left out"));
}

TEST_F(FittedStudy, SaysWhatItDidNotUseWhereTheRestIsTooLittle) {
  write_file(folder_ / "a.json", test::profile_of_two().dump());
  const auto point = [](int batch, bool oversubscribed) {
    return nlohmann::json{{"ranks", 2},
                          {"grid", "2x1"},
                          {"batch", batch},
                          {"oversubscribed", oversubscribed},
                          {"repeats", {{{"profile", "a.json"}}}}};
  };
  const nlohmann::json sweep = {{"settings", {{"arguments", {"--width", "8"}}}},
                                {"points", {point(32, false), point(64, true)}}};
  write_file(folder_ / "results.json", sweep.dump());
  config_.measured = folder_.path().string();
  const std::string text = error_text(ExitCode::bad_data, [&] { study_scaling(config_); });
  EXPECT_TRUE(contains(text, "1 measured point(s)"));
  EXPECT_TRUE(
      contains(text, "more ranks than GPUs: sparse, 8 experts, width 8, f32, batch 64, 2 x 1"));
}

TEST_F(FittedStudy, LeavesOutRanksThatAreNamed) {
  config_.leave_out = {7};
  EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [&] { study_scaling(config_); }),
                       "--leave-out names no measured number of ranks"));
  config_.leave_out = {2};
  error_text(ExitCode::bad_data, [&] { study_scaling(config_); });  // nothing is left
}

TEST(Study, RefusesWhatCannotBe) {
  const auto refused = [](const std::function<void(ScaleConfig&)>& change) {
    ScaleConfig config = config_of_a100();
    change(config);
    return error_text(ExitCode::bad_usage, [&] { study_scaling(config); });
  };
  EXPECT_TRUE(contains(refused([](ScaleConfig& c) { c.machine = "h200-nod"; }), "'h200-node'?"));
  EXPECT_TRUE(contains(refused([](ScaleConfig& c) { c.ranks.clear(); }), "--ranks names no"));
  const auto too_many = [](ScaleConfig& c) {
    c.mode = ScalingMode::strong;
    c.ranks = {256, 512};
  };
  EXPECT_TRUE(contains(refused(too_many),
                       "nothing to predict on 256, 512 ranks: a batch of 128 leaves some without"));
  const auto too_few = [](ScaleConfig& c) {
    c.ranks = {64};
    c.training.run.batch = 32;
  };
  EXPECT_TRUE(contains(refused(too_few), "on 64 ranks: a batch of 32 on 64 ranks leaves"));
  EXPECT_TRUE(contains(refused([](ScaleConfig& c) { c.training.execution.ep = 16; }),
                       "--ep 16 leaves ranks without an expert"));
  EXPECT_TRUE(contains(refused([](ScaleConfig& c) { c.training.model.head.k = 9; }), "9"));
  EXPECT_TRUE(contains(refused([](ScaleConfig& c) { c.comm = "comm.json"; }), "--measured"));
  EXPECT_TRUE(contains(refused([](ScaleConfig& c) { c.leave_out = {2}; }),
                       "--leave-out has nothing to leave out; give --measured"));
  EXPECT_TRUE(contains(refused([](ScaleConfig& c) { c.machines = "/nowhere"; }),
                       "there is no folder /nowhere; name the folder of descriptions"));
}

}  // namespace
}  // namespace switchyard
