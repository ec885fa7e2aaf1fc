// Tables and JSON of benchmarks, from given times.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "apps/bench/comm_report.hpp"
#include "apps/bench/inference_report.hpp"
#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

HeadFigures figures(HeadKind head, std::vector<double> seconds) {
  return {.head = head, .parameters = 1000, .peak_bytes = 3 << 20, .host = std::move(seconds)};
}

// Both heads were slower in the second round: the ratio is that of passes in one round.
const InferenceFigures kTwoHeads{.batch = 32,
                                 .heads = {figures(HeadKind::sparse_moe, {0.022, 0.088, 0.033}),
                                           figures(HeadKind::dense, {0.020, 0.080, 0.030})}};

TEST(InferenceReport, ComparesPassesOfOneRound) {
  const Json heads = heads_to_json(kTwoHeads);
  EXPECT_EQ(heads[0].at("head"), "sparse");
  EXPECT_DOUBLE_EQ(heads[0].at("host").at("median_ms"), 33);
  EXPECT_DOUBLE_EQ(heads[0].at("host").at("p95_ms"), 33 + 0.9 * (88 - 33));
  EXPECT_DOUBLE_EQ(heads[0].at("host").at("interval_ms")[0], 22);
  EXPECT_DOUBLE_EQ(heads[0].at("images_per_second"), 32 / 0.033);
  EXPECT_NEAR(heads[0].at("relative_to_dense").at("median"), 1.1, 1e-12);
  EXPECT_NEAR(heads[0].at("relative_to_dense").at("interval")[1], 1.1, 1e-12);
  EXPECT_EQ(heads[1].at("relative_to_dense").at("median"), 1);
  EXPECT_TRUE(heads[0].at("device").is_null());
}

TEST(InferenceReport, NamesTheRunOfTrainedWeights) {
  InferenceFigures one = kTwoHeads;
  one.heads[1].run = "runs/dense";
  const Json heads = heads_to_json(one);
  EXPECT_EQ(heads[0].at("weights"), "initial");
  EXPECT_TRUE(heads[0].at("run").is_null());
  EXPECT_EQ(heads[1].at("weights"), "trained");
  EXPECT_EQ(heads[1].at("run"), "runs/dense");
  EXPECT_TRUE(contains(heads_table(one), "\ndense   trained "));
}

TEST(InferenceReport, ComparesNothingWithoutDense) {
  const InferenceFigures alone{.batch = 8, .heads = {figures(HeadKind::soft_moe, {0.004})}};
  EXPECT_TRUE(heads_to_json(alone)[0].at("relative_to_dense").is_null());
  EXPECT_TRUE(contains(heads_table(alone), " 2000.0   -\n")) << heads_table(alone);
}

TEST(InferenceReport, ShowsALineAHead) {
  const std::string text = heads_table(kTwoHeads);
  EXPECT_TRUE(contains(text, "sparse  initial         1000       3.0     33.00     82.50")) << text;
  EXPECT_TRUE(contains(text, "[22.00, 88.00]")) << text;
  EXPECT_TRUE(contains(text, "969.7   1.100 [1.100, 1.100]")) << text;
}

CommRow row() {
  return {.size = 8000,
          .count = 1000,
          .dtype = DType::f64,
          .factor = 0.5,
          .travelling_bytes = 4000,
          .seconds = {3e-6, 2e-6, 1e-6},
          .wrong = 0};
}

TEST(CommReport, DividesBytesByTheMedianTime) {
  EXPECT_DOUBLE_EQ(row().algbw(), 4e9);
  EXPECT_DOUBLE_EQ(row().busbw(), 2e9);
  const Json json = to_json(CommTable{"all_to_all", "mpi", {row(), row()}});
  EXPECT_DOUBLE_EQ(json.at("mean_busbw_gb_per_s"), 2);
  EXPECT_EQ(json.at("rows")[1].at("travelling_bytes"), 4000);
  EXPECT_EQ(json.at("rows")[1].at("wrong"), 0);
}

TEST(CommReport, PutsResultsInTheirColumns) {
  CommRow in_place = row();
  in_place.in_place = in_place.sums = true;
  in_place.wrong.reset();
  EXPECT_EQ(table_line(row()),
            "        8000         1000    double    none    -1     2.00    4.000    2.000       0"
            "        -        -        -       -\n");
  EXPECT_EQ(table_line(in_place),
            "        8000         1000    double     sum    -1        -        -        -       -"
            "     2.00    4.000    2.000     N/A\n");
}

TEST(CommReport, CountsWrongValuesOfAllSizes) {
  CommRow bad = row();
  bad.wrong = 3;
  const CommTable table{"all_gather", "mpi", {row(), bad, bad}};
  EXPECT_EQ(table.wrong(), 6);
  EXPECT_TRUE(contains(table_foot(table), "# Wrong values: 6\n# Avg bus bandwidth: 2.0000 GB/s"));
}

}  // namespace
}  // namespace switchyard::testing
