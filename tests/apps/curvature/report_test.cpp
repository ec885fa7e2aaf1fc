// The table on the terminal: what is not a number, has not converged, or means nothing.

#include "apps/curvature/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string table_with(const char* part, const Json& result) {
  Json report = {{"matrix", "hessian"},
                 {"parameters", 10},
                 {"samples", {{"count", 4}, {"split", "train"}}},
                 {"loss", 0.5},
                 {"gradient_norm", 0.25}};
  report[part] = result;
  return results_table(report);
}

TEST(Table, MarksPairsThatHaveNotConverged) {
  const Json first = {
      {"value", 7.0}, {"residual", 1e-9}, {"true_residual", 0.5}, {"converged", false}};
  const Json second = {{"value", 6.0}, {"residual", 1e-9}, {"converged", true}};
  const std::string text = table_with("spectrum", {{"largest", {first, second}},
                                                   {"smallest", Json::array()},
                                                   {"products", 3},
                                                   {"converged", false}});
  EXPECT_TRUE(contains(text, " 7          0.5  not converged\n")) << text;
  EXPECT_TRUE(contains(text, " 6        1e-09\n")) << text;
  EXPECT_TRUE(contains(text, "3 products, not converged\n")) << text;
}

TEST(Table, ShowsNoNumberThatIsNone) {
  const std::string text = table_with("trace", {{"trace", -std::nan("")},
                                                {"standard_error", kInfinity},
                                                {"method", "hutchinson"},
                                                {"products", 2},
                                                {"converged", false}});
  EXPECT_TRUE(contains(text, "trace - +- - (hutchinson, 2 products, not converged)")) << text;
}

TEST(Table, HasTheDensitysMomentsAndEnds) {
  auto moment = [](double mean) { return Json{{"mean", mean}, {"standard_error", mean / 8}}; };
  const std::string text =
      table_with("density", {{"moments", {moment(3), moment(16)}},
                             {"rules", {{{"nodes", {-2.0, 5.0}}}, {{"nodes", {-1.0, 9.0}}}}}});
  EXPECT_TRUE(contains(text, "tr(H)/n                       3         0.38\n")) << text;
  EXPECT_TRUE(contains(text, "tr(H^2)/n                    16            2\n")) << text;
  EXPECT_TRUE(contains(text, "smallest node                -2\n")) << text;
  EXPECT_TRUE(contains(text, "largest node                  9\n")) << text;
}

Json sweep(double growth) {
  return {
      {"name", "line-top-1"},
      {"points", {{{"loss", 2.5}}, {{"loss", 2.75}}}},
      {"routing_share", {{"sets", -108.97}, {"weights", 0.25}, {"growth", growth}, {"points", 2}}}};
}

TEST(Table, HidesSharesOfLittleGrowth) {
  const Json origin = {{"loss", 2.0}};
  std::string text = table_with("landscape", {{"origin", origin}, {"sweeps", {sweep(0.041)}}});
  EXPECT_TRUE(contains(text, "loss 2.00000 at alpha = 0")) << text;
  EXPECT_TRUE(contains(text, "0.041       -108.9700             0.2500\n")) << text;
  text = table_with("landscape", {{"origin", origin}, {"sweeps", {sweep(0.039)}}});
  EXPECT_TRUE(contains(text, "0.039               -                  -\n")) << text;
}

}  // namespace
}  // namespace switchyard::testing
