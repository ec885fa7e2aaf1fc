// Results as tables, to the letter.

#include "apps/curvature/result_tables.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace switchyard {
namespace {

TEST(ResultTables, AreOfWhatThereIs) {
  EXPECT_TRUE(result_tables(Json{{"parameters", 10}, {"loss", 0.5}}).empty());
}

TEST(ResultTables, HaveALineAnEigenvalue) {
  const Json top = {{"value", 7.5},      {"residual", 0.25},  {"bound", 0.5},
                    {"vector", "top-1"}, {"converged", true}, {"true_residual", 0.125}};
  const Json bottom = {
      {"value", -2.0}, {"residual", std::nan("")}, {"vector", "bottom-1"}, {"converged", false}};
  const Json spectrum = {{"largest", Json::array({top})}, {"smallest", Json::array({bottom})}};
  EXPECT_EQ(result_tables(Json{{"spectrum", spectrum}}).at("eigenvalues.csv"),
            "vector,value,residual,true_residual,bound,converged\n"
            "top-1,7.5,0.25,0.125,0.5,true\nbottom-1,-2.0,,,,false\n");
}

// Of another method than Hutchinson's, groups have an estimate of their own.
TEST(ResultTables, HaveALineAGroupBehindTheWholeTrace) {
  const Json groups = Json::array(
      {{{"group", "stem"}, {"parameters", 4}, {"trace", 1.5}, {"standard_error", 0.5}}});
  const Json trace = {{"trace", 3.5}, {"standard_error", 0.25}};
  const std::string expected =
      "group,parameters,trace,standard_error\nall,10,3.5,0.25\nstem,4,1.5,0.5\n";
  Json report = {{"parameters", 10}, {"trace", trace}, {"group_traces", {{"groups", groups}}}};
  EXPECT_EQ(result_tables(report).at("traces.csv"), expected);
  report.erase("group_traces");
  report["trace"]["groups"] = groups;
  EXPECT_EQ(result_tables(report).at("traces.csv"), expected);
}

TEST(ResultTables, HaveALineAPointOfTheDensity) {
  const Json density = {
      {"grid", {-1.0, 2.0}}, {"density", {0.5, 0.25}}, {"standard_error", {nullptr, 0.125}}};
  EXPECT_EQ(result_tables(Json{{"density", density}}).at("density.csv"),
            "eigenvalue,density,standard_error\n-1.0,0.5,\n2.0,0.25,0.125\n");
}

}  // namespace
}  // namespace switchyard
