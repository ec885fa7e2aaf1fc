// Which experts a gate prefers, and by how much, by hand.

#include "analysis/landscape/gate_view.hpp"

#include <gtest/gtest.h>

#include "analysis/landscape/gate_margin.hpp"
#include "ops/ref/tensors.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

class Gate : public ::testing::Test {
 protected:
  Routing soft(const Tensor& logits) {
    Routing routing;
    routing.gate_logits = {logits, nullptr};
    return routing;
  }
  Routing sparse(const Tensor& logits, const Tensor& chosen) {
    Routing routing;
    routing.gate_logits = {backend.zeros(logits.shape(), DType::f64), nullptr};
    routing.routing_logits = {logits, nullptr};
    routing.chosen = chosen;
    return routing;
  }

  RefBackend backend;
  Tensor logits = make(backend, {2, 3}, {0.5, 3, 1, -1, -4, -1.25});
};

TEST_F(Gate, OfASoftHeadPrefersItsLargestLogit) {
  Routing routing = soft(logits);
  EXPECT_EQ(values(backend, leading_experts(backend, routing)), (std::vector<double>{1, 0}));
  EXPECT_EQ(gate_margins(backend, routing), (std::vector<double>{2, 0.25}));
  EXPECT_TRUE(gate_margins(backend, soft(make(backend, {2, 1}, {1, 2}))).empty());
}

TEST_F(Gate, OfASparseHeadPrefersTheChosen) {
  Routing routing = sparse(logits, indices(backend, {2, 2}, {1, 2, 0, 2}));
  EXPECT_EQ(values(backend, leading_experts(backend, routing)), (std::vector<double>{1, 2, 0, 2}));
  EXPECT_EQ(gate_margins(backend, routing), (std::vector<double>{0.5, 2.75}));
  Routing all = sparse(logits, indices(backend, {2, 3}, {1, 2, 0, 0, 2, 1}));
  EXPECT_TRUE(gate_margins(backend, all).empty());
  EXPECT_TRUE(gate_margins(backend, sparse(logits.rows(0, 0), routing.chosen.rows(0, 0))).empty());
}

TEST_F(Gate, ReroutesWhereTheSetIsAnother) {
  Tensor before = indices(backend, {3, 2}, {1, 2, 0, 2, 1, 0});
  Tensor after = indices(backend, {3, 2}, {2, 1, 0, 1, 1, 0});
  EXPECT_EQ(count_rerouted(backend, before, after), 1);
  EXPECT_EQ(count_rerouted(backend, before.rows(0, 0), after.rows(0, 0)), 0);
}

// Rank r has r margins, so that rank 0 has none and their number depends on the ranks.
TEST(Margin, IsOfTheSamplesOfAllRanks) {
  const int ranks = world().size(), rank = world().rank().value;
  std::vector<double> mine(static_cast<std::size_t>(rank), rank);
  std::optional<GateMargin> margin = gate_margin(world(), mine);
  const double medians[] = {0, 1, 2, 2.5};  // of 1; 1 2 2; 1 2 2 3 3 3
  const double sums[] = {0, 1, 5, 14};
  ASSERT_EQ(margin.has_value(), ranks > 1);
  if (!margin) return;
  EXPECT_NEAR(margin->mean, sums[ranks - 1] / (ranks * (ranks - 1) / 2.0), 1e-15);
  EXPECT_EQ(margin->median, medians[ranks - 1]);
  EXPECT_EQ(margin->minimum, 1);
}

}  // namespace
}  // namespace switchyard::test
