// Settings of an analysis that cannot be, or ask for nothing.

#include "apps/curvature/config.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

class Refused : public ::testing::Test {
 protected:
  void because(const std::string& text) const {
    const std::string message = error_text(ExitCode::bad_usage, [&] { validate(config); });
    EXPECT_TRUE(contains(message, text)) << message;
  }

  CurvatureConfig config;
};

TEST_F(Refused, NotAsItComes) {
  EXPECT_NO_THROW(validate(config));
}

TEST_F(Refused, MoreEigenvaluesThanSteps) {
  config.spectrum.max_iterations = 7;
  EXPECT_NO_THROW(validate(config));
  config.spectrum.max_iterations = 6;
  because("--max-iterations 6 of Lanczos find 6 eigenvalues at most, but --top 5 and --bottom 2");
}

TEST_F(Refused, PowerIterationForNoEigenvalue) {
  config.spectrum.top = config.landscape.eigenvectors = 0;
  config.spectrum.power_iterations = 9;
  because("--top is 0; give --top 1 or more, or --power-iterations 0");
}

TEST_F(Refused, LinesWithoutEigenvectors) {
  config.spectrum.top = 0;
  because(
      "--sweep-top wants 1 top eigenvectors, but --top is 0; raise --top, or give "
      "--sweep-top 0");
  config.landscape.eigenvectors = 0;
  EXPECT_NO_THROW(validate(config));
  config.spectrum.top = 1;
  config.landscape.plane_points = 3;
  because(
      "--plane top wants 2 top eigenvectors, but --top is 1; raise --top, or give "
      "--plane random");
}

TEST_F(Refused, PointsWithoutLines) {
  config.landscape.eigenvectors = 0;
  EXPECT_NO_THROW(validate(config));
  config.landscape.points = 5;
  because("--sweep-points 5 have no lines to lie on");
  config.landscape.random = 1;
  EXPECT_NO_THROW(validate(config));
}

TEST_F(Refused, GroupTracesWithoutProbes) {
  config.trace.probes = 0;
  EXPECT_NO_THROW(validate(config));
  config.trace.groups = GroupFigures::trace;
  because("--trace-probes is 0; raise --trace-probes, or give --groups off");
}

TEST_F(Refused, TooFewProbesForAnError) {
  config.trace.probes = 1;
  because("--trace-probes 1 say nothing about the error of a trace by hutchinson");
  config.trace.probes = 2;
  EXPECT_NO_THROW(validate(config));
  for (TraceMethod method : {TraceMethod::hutchpp, TraceMethod::xtrace}) {
    config.trace.method = method;
    because("give --trace-probes 3 or more");
  }
}

TEST_F(Refused, Nothing) {
  config.spectrum.top = config.spectrum.bottom = config.trace.probes = 0;
  config.landscape.eigenvectors = 0;
  because("nothing is left to be measured");
  config.trace.density_probes = 1;
  EXPECT_NO_THROW(validate(config));
}

TEST(Differences, AreThoseThatChangeNumbers) {
  const CurvatureConfig before;
  CurvatureConfig now = before;
  now.results.save_every = 5;
  now.matrix.cache = CacheUse::off;
  now.training.execution.ep = 2;
  now.training.execution.two_level = true;
  now.training.data.folder = "elsewhere";
  EXPECT_EQ(setting_differences(before, now), "");
  now.spectrum.top = 3;
  now.training.model.head.experts = 6;
  EXPECT_EQ(setting_differences(before, now), "--top 3 (was 5), --experts 6 (was 8)");
}

}  // namespace
}  // namespace switchyard::testing
