// Routing that is kept while the parameters move.

#include <gtest/gtest.h>

#include <cmath>

#include "ops/ref/tensors.hpp"
#include "ops/softmax.hpp"
#include "support/error_text.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

constexpr std::int64_t samples = 9;

class FrozenRoutingTest : public ::testing::TestWithParam<HeadKind> {
 protected:
  Classifier::Output forward(Tape& tape, const FrozenRouting& frozen = {}) {
    ForwardContext context = classifier->context(tape, Mode::eval, batch.sample_ids);
    context.frozen = frozen;
    return classifier->model().forward(context, tape.constant(batch.images));
  }
  HeadOutput head(const FrozenRouting& frozen = {}) {
    Tape tape(backend, Recording::off);
    return forward(tape, frozen).head;
  }
  bool sparse() const { return GetParam() != HeadKind::soft_moe; }
  FrozenRouting set_of(const Routing& routing) { return {.chosen = routing.chosen, .weights = {}}; }
  FrozenRouting weights_of(const Routing& routing) {
    return {routing.chosen, sparse() ? routing.weights.value() : routing.probs.value()};
  }
  void move_gate(double factor) {
    ModelVector v = random_vector(classifier->state(), 4);
    for (auto& [p, t] : v)
      if (!p->name.starts_with("head.gate.")) t = backend.zeros(t.shape(), DType::f64);
    move_parameters(classifier->state(), factor, v);
  }

  RefBackend backend;
  std::unique_ptr<Communicator> self = make_self_communicator();
  std::unique_ptr<DistributedClassifier> classifier =
      tiny_classifier(backend, *self, tiny_config(GetParam()));
  Batch batch = tiny_batch(backend, 0, samples, samples);
};

TEST_P(FrozenRoutingTest, WhereItWasTakenChangesNothing) {
  HeadOutput free = head();
  HeadOutput weights = head(weights_of(*free.routing));
  expect_equal(backend, weights.logits.value(), free.logits.value(), 1e-14);
  expect_equal(backend, weights.routing->probs.value(), free.routing->probs.value(), 0);
  if (!sparse()) return;
  HeadOutput set = head(set_of(*free.routing));
  expect_equal(backend, set.logits.value(), free.logits.value(), 1e-14);
  expect_equal(backend, set.routing->weights.value(), free.routing->weights.value(), 1e-14);
  expect_equal(backend, set.routing->routing_logits.value(), free.routing->routing_logits.value(),
               1e-14);
}

TEST_P(FrozenRoutingTest, StaysWhenTheGateMoves) {
  Routing before = *head().routing;
  move_gate(3.0);
  Routing moved = *head().routing, weights = *head(weights_of(before)).routing;
  expect_equal(backend, weights.probs.value(), before.probs.value(), 0);
  expect_equal(backend, weights.gate_logits.value(), moved.gate_logits.value(), 0);
  EXPECT_GT(relative_error(backend, moved.probs.value(), before.probs.value()), 0.1);
  if (!sparse()) return;
  Routing set = *head(set_of(before)).routing;
  EXPECT_EQ(values(backend, set.chosen), values(backend, before.chosen));
  EXPECT_NE(values(backend, set.chosen), values(backend, moved.chosen));
  EXPECT_GT(relative_error(backend, set.probs.value(), before.probs.value()), 0.01);

  // The weights are those of the old experts by the new logits.
  Tape tape(backend, Recording::off);
  Variable logits = moved.routing_logits;
  const HeadConfig& config = classifier->model().config().head;
  Tensor expected =
      config.full_softmax()
          ? backend.gather_columns(softmax(tape, logits).value(), before.chosen)
          : softmax(tape, tape.constant(backend.gather_columns(logits.value(), before.chosen)))
                .value();
  expect_equal(backend, set.weights.value(), expected, 1e-14);
}

TEST_P(FrozenRoutingTest, OfWeightsIsConstantToDifferentiation) {
  Routing routing = *head().routing;
  Tape tape(backend, Recording::on);
  HeadOutput output = forward(tape, weights_of(routing)).head;
  Tensor labels = batch.labels.reshape({samples, 1});
  tape.backward(cross_entropy_sum(tape, output.logits, labels, 0.0),
                backend.full({1}, DType::f64, 1.0));
  double experts = 0;
  for (const Parameter& p : classifier->state().parameters()) {
    const Tensor& g = p.grad.value;
    if (p.name.starts_with("head.gate."))
      EXPECT_TRUE(!g || backend.dot(g, g) == 0) << p.name;
    else if (p.expert && g)
      experts += backend.dot(g, g);
  }
  EXPECT_GT(experts, 1e-4);
}

TEST_P(FrozenRoutingTest, OfAnotherBatchIsRefused) {
  FrozenRouting other = weights_of(*head().routing);
  other.weights = other.weights.rows(0, samples - 1);
  auto message = error_text(ExitCode::run_failed, [&] { head(other); });
  EXPECT_TRUE(contains(message, "another batch"));
}

TEST_P(FrozenRoutingTest, IsRefusedWhereTheHeadHasNone) {
  FrozenRouting wrong = weights_of(*head().routing);
  if (sparse())
    wrong.chosen = {};
  else
    wrong.chosen = backend.zeros({samples, 1}, DType::i32);
  auto message = error_text(ExitCode::run_failed, [&] { head(wrong); });
  EXPECT_TRUE(contains(message, sparse() ? "give both" : "every expert"));
}

INSTANTIATE_TEST_SUITE_P(Heads, FrozenRoutingTest,
                         ::testing::Values(HeadKind::soft_moe, HeadKind::sparse_moe,
                                           HeadKind::hard_moe));

}  // namespace
}  // namespace switchyard::test
