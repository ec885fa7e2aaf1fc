// Figures from sums, by hand.

#include <gtest/gtest.h>

#include "apps/routing/made_up_measurement.hpp"

namespace switchyard::test {
namespace {

TEST(RoutingFigures, AreMeansOverTheirSamples) {
  const RoutingFigures figures = made_up_figures();
  ASSERT_EQ(figures.experts.size(), 2u);
  EXPECT_EQ(figures.experts[0].utilisation, 0.75);
  EXPECT_EQ(figures.experts[1].load, 0.25);
  EXPECT_EQ(figures.experts[0].without->accuracy, 0.25);
  EXPECT_EQ(figures.experts[0].without->loss, 2);
  EXPECT_EQ(figures.experts[1].alone.accuracy, 0);
  EXPECT_EQ(figures.experts[1].alone.loss, 1.5);
  EXPECT_EQ(figures.same_class, (std::vector<double>{1, 0.25, 0.25, 1}));
}

// Over the images of a class, not over all.
TEST(RoutingFigures, AreMeansOverClasses) {
  const RoutingFigures figures = made_up_figures();
  EXPECT_EQ(figures.class_weights, (std::vector<double>{1, 0, 0, 1}));
  EXPECT_EQ(figures.class_top, (std::vector<std::int64_t>{3, 0, 0, 1}));
  EXPECT_NEAR(figures.specialisation.normalised.value(), 1, 1e-15);
  EXPECT_EQ(figures.output_cosines, (std::vector<double>{1, -0.5, -0.5, 1}));
}

TEST(RoutingFigures, OfTheOnlyExpertHaveNoMixtureWithoutIt) {
  ModelConfig model{.width = 1, .classes = 2, .head = {}};
  model.head.experts = 1;
  RoutingMeasurement measured{.metrics = MetricSums(1, std::vector<double>{2, 2, 1, 0, 2, 2}),
                              .sums = RoutingSums(1, 2),
                              .lines = std::vector<SampleLine>(2)};
  measured.sums.class_weights = measured.sums.class_shares = measured.sums.class_top = {2, 0};
  const RoutingFigures figures = routing_figures(measured, {1}, model);
  EXPECT_FALSE(figures.experts[0].without.has_value());
  EXPECT_EQ(figures.class_weights, (std::vector<double>{1, 0}));  // 0 of the class without images
}

}  // namespace
}  // namespace switchyard::test
