#pragma once
// Four images of two classes and two experts, measured.

#include "apps/routing/figures.hpp"

namespace switchyard::test {

inline RoutingMeasurement made_up_measurement() {
  RoutingMeasurement measured{.metrics = MetricSums(2, std::vector<double>{4, 2, 3, 1, 3, 1, 3, 1}),
                              .sums = RoutingSums(2, 2),
                              .lines = std::vector<SampleLine>(4)};
  RoutingSums& sums = measured.sums;
  sums.without_correct = {1, 3};
  sums.without_loss = {8, 2};
  sums.alone_correct = {2, 0};
  sums.alone_loss = {4, 6};
  sums.class_weights = {3, 0, 0, 1};
  sums.class_shares = {3, 0, 0, 1};
  sums.class_top = {3, 0, 0, 1};
  sums.output_products = {4, -1, -1, 1};
  sums.same_class = {4, 1, 1, 4};
  return measured;
}

inline RoutingFigures made_up_figures() {
  ModelConfig model{.width = 1, .classes = 2, .head = {}};
  model.head.experts = 2;
  return routing_figures(made_up_measurement(), {1, 0.25, 0.25, 1}, model);
}

}  // namespace switchyard::test
