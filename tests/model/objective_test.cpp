// The training objective: cross-entropy with smoothed labels, and which balance losses enter.

#include "model/objective.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "model/lone_rank.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t batch = 3, classes = 4;
const std::int32_t labels[] = {2, 0, 3};

class ObjectiveTest : public ::testing::Test {
 protected:
  double number(const Tensor& x) {
    EXPECT_EQ(x.shape(), Shape{1});
    return x.data<double>()[0];
  }
  // -sum target log softmax, target (1 - eps) onehot + eps / C.
  double cross_entropy(double eps) {
    double total = 0;
    for (std::int64_t b = 0; b < batch; ++b) {
      const double* row = logits.data<double>() + b * classes;
      double sum = 0;
      for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(row[c]);
      for (std::int64_t c = 0; c < classes; ++c)
        total -= ((c == labels[b] ? 1 - eps : 0) + eps / classes) * (row[c] - std::log(sum));
    }
    return total;
  }

  Objective objective(const HeadConfig& head, const ObjectiveConfig& config,
                      std::optional<Routing> routing) {
    HeadOutput output{tape.constant(logits), std::move(routing)};
    Tensor column = indices(rank.backend, {batch, 1}, {labels, labels + batch});
    return training_objective(rank.context(tape, Mode::train, {0, 1, 2}), output, column, batch,
                              head, config);
  }
  Routing quiet_routing() {
    Routing routing;
    routing.probs = tape.constant(make(rank.backend, {batch, 2}, {0.7, 0.3, 0.9, 0.1, 0.4, 0.6}));
    routing.clean_logits = tape.constant(noise(rank.backend, {batch, 2}, 5));
    return routing;
  }
  Routing noisy_routing() {
    Routing routing = quiet_routing();
    routing.noise_std = tape.constant(rank.backend.full({batch, 2}, DType::f64, 0.7));
    routing.noise = noise(rank.backend, {batch, 2}, 6);
    return routing;
  }

  LoneRank rank;
  Tape tape{rank.backend, Recording::off};
  Tensor logits = noise(rank.backend, {batch, classes}, 9);
};

TEST_F(ObjectiveTest, IsTheMeanCrossEntropyOfSmoothedLabels) {
  HeadConfig dense{.kind = HeadKind::dense};
  for (double eps : {0.0, 0.1}) {
    Objective o = objective(dense, {.label_smoothing = eps}, std::nullopt);
    EXPECT_NEAR(number(o.cross_entropy_sum), cross_entropy(eps), 1e-13);
    EXPECT_NEAR(number(o.share.value()), cross_entropy(eps) / batch, 1e-13);
    EXPECT_EQ(number(o.balance), 0.0);
  }
}

TEST_F(ObjectiveTest, OfSparseHeadsAddsImportanceAndLoad) {
  HeadConfig head{.kind = HeadKind::hard_moe, .experts = 2};
  Routing routing = noisy_routing();
  double importance = number(importance_loss(tape, routing.probs, rank.reducer).value());
  double smooth =
      number(smooth_load_loss(tape, estimate_load(tape, routing.clean_logits, routing.noise_std,
                                                  routing.noise, 1, rank.reducer))
                 .value());
  Objective o = objective(head, {.importance_weight = 0.3, .load_weight = 0.7}, routing);
  EXPECT_NEAR(number(o.balance), 0.3 * importance + 0.7 * smooth, 1e-14);
  EXPECT_NEAR(number(o.share.value()), cross_entropy(0) / batch + number(o.balance), 1e-13);
  ObjectiveConfig published{
      .importance_weight = 0, .load_weight = 0.7, .load_loss = LoadLoss::importance};
  EXPECT_NEAR(number(objective(head, published, quiet_routing()).balance), 0.7 * importance, 1e-7);
}

TEST_F(ObjectiveTest, OfTheSoftHeadAddsTheDivergence) {
  HeadConfig head{.kind = HeadKind::soft_moe, .experts = 2};
  Routing routing = quiet_routing();
  double forward = number(kl_forward_loss(tape, routing.probs, batch, rank.reducer).value());
  double reverse = number(kl_reverse_scaled_loss(tape, routing.probs, batch, rank.reducer).value());
  EXPECT_NEAR(number(objective(head, {.kl_weight = 2}, routing).balance), 2 * forward, 1e-14);
  EXPECT_NEAR(
      number(objective(head, {.kl_weight = 2, .kl = KlForm::reverse_scaled}, routing).balance),
      2 * reverse, 1e-14);
}

TEST_F(ObjectiveTest, RefusesTheSmoothLoadLossWithoutNoise) {
  HeadConfig head{.kind = HeadKind::sparse_moe, .experts = 2, .k = 1};
  switchyard::testing::error_text(ExitCode::run_failed,
                                  [&] { objective(head, {}, quiet_routing()); });
  head.gate_noise = false;
  std::string text = switchyard::testing::error_text(ExitCode::bad_usage,
                                                     [&] { validate(ObjectiveConfig{}, head); });
  EXPECT_NE(text.find("--gate-noise on, --load-loss importance or --load-weight 0"),
            std::string::npos)
      << text;
  EXPECT_NO_THROW(objective(head, {.load_weight = 0}, quiet_routing()));
  EXPECT_NO_THROW(validate(ObjectiveConfig{.load_weight = 0}, head));
}

}  // namespace
}  // namespace switchyard::test
