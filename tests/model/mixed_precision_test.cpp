// A model that computes in another type than that of its parameters. The part of bf16 is played by
// f32, that of f32 by f64: the oracle then tells how far the two may lie apart.

#include <gtest/gtest.h>

#include <cmath>

#include "model/classifier.hpp"
#include "model/lone_rank.hpp"
#include "model/objective.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

// Takes what a backend takes with bf16 activations.
class MixedBackend final : public RefBackend {
 public:
  Tensor global_avg_pool(const Tensor& x) override { return RefBackend::global_avg_pool(wide(x)); }

  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override {
    Tensor r = residual ? wide(residual) : Tensor{};
    return convert(RefBackend::batch_norm_apply(wide(x), moments, gamma, beta, r, act), x.dtype());
  }

  BatchNormGradSums batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                                         const BatchMoments& moments) override {
    return RefBackend::batch_norm_grad_sums(wide(dy), y ? wide(y) : Tensor{}, wide(x), moments);
  }

  BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                const BatchMoments& moments, const Tensor& gamma,
                                const Tensor& sums, const Tensor& count,
                                bool want_residual) override {
    auto grad = RefBackend::batch_norm_grad(wide(dy), y ? wide(y) : Tensor{}, wide(x), moments,
                                            gamma, sums, count, want_residual);
    grad.dx = convert(grad.dx, x.dtype());
    if (want_residual) grad.dresidual = convert(grad.dresidual, x.dtype());
    return grad;
  }

  std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                 Conv2dSpec spec, Activation act) override {
    EXPECT_EQ(bias.dtype(), DType::f64);
    return RefBackend::prepare_conv2d(w, convert(bias, w.dtype()), spec, act);
  }

 private:
  Tensor wide(const Tensor& x) { return convert(x, DType::f64); }
};

struct Pass {
  Tensor features, logits, objective;
  ModelVector gradient;
};

class MixedPrecision : public testing::TestWithParam<HeadKind> {
 protected:
  MixedPrecision() { move_parameters(model.state(), 0.2, random_vector(model.state(), 0)); }

  ForwardContext context(Tape& tape, Mode mode, DType compute) {
    ForwardContext context = rank.context(tape, mode, {3, 1, 4, 15});
    context.compute = compute;
    return context;
  }
  Classifier::Output forward(const ForwardContext& context) {
    Tensor images = rank.backend.convert(batch.images, context.compute);
    return model.forward(context, context.tape.constant(images));
  }

  Pass train(DType compute) {
    Tape tape(rank.backend, Recording::on);
    ForwardContext surroundings = context(tape, Mode::train, compute);
    auto output = forward(surroundings);
    Objective objective =
        training_objective(surroundings, output.head, batch.labels.reshape({batch.size(), 1}),
                           batch.size(), model.config().head, {});
    Pass pass{output.features.value(), output.head.logits.value(), objective.share.value(), {}};
    tape.backward(objective.share, rank.backend.full({1}, DType::f64, 1.0));
    for (const Parameter& p : model.state().parameters()) pass.gradient[&p] = p.grad.value;
    return pass;
  }

  Tensor evaluate(DType compute, Recording recording) {
    Tape tape(rank.backend, recording);
    return forward(context(tape, Mode::eval, compute)).head.logits.value();
  }

  // Computed in the narrower type, and right to its rounding.
  void expect_rounded(double error) {
    EXPECT_GT(error, 1e-11);
    EXPECT_LT(error, 1e-4);
  }

  BasicLoneRank<MixedBackend> rank;
  Classifier model{rank.backend, DType::f64, tiny_config(GetParam()), {0, 5}, 3};
  Batch batch = tiny_batch(rank.backend, 0, 4, 4);
};

TEST_P(MixedPrecision, GivesFeaturesLogitsAndLossInTheTypeOfTheParameters) {
  Pass exact = train(DType::f64), mixed = train(DType::f32);
  for (auto part : {&Pass::features, &Pass::logits, &Pass::objective}) {
    ASSERT_EQ((mixed.*part).dtype(), DType::f64);
    expect_rounded(relative_error(rank.backend, mixed.*part, exact.*part));
  }
}

TEST_P(MixedPrecision, GivesGradientsInTheTypeOfTheParameters) {
  ModelVector exact = train(DType::f64).gradient, mixed = train(DType::f32).gradient;
  double distance = 0, length = 0;
  for (const Parameter& p : model.state().parameters()) {
    if (!exact.at(&p)) continue;  // no sample came this expert's way
    ASSERT_EQ(mixed.at(&p).dtype(), DType::f64) << p.name;
    Tensor difference = rank.backend.binary(BinaryOp::sub, mixed.at(&p), exact.at(&p));
    distance += rank.backend.dot(difference, difference);
    length += rank.backend.dot(exact.at(&p), exact.at(&p));
  }
  expect_rounded(std::sqrt(distance / length));
}

TEST_P(MixedPrecision, EvaluatesWithPreparedAndWithRecordedConvolutionsAlike) {
  Tensor exact = evaluate(DType::f64, Recording::on);
  Tensor recorded = evaluate(DType::f32, Recording::on);
  model.state().mark_changed();
  Tensor prepared = evaluate(DType::f32, Recording::off);
  for (const Tensor& logits : {recorded, prepared}) {
    ASSERT_EQ(logits.dtype(), DType::f64);
    expect_rounded(relative_error(rank.backend, logits, exact));
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, MixedPrecision,
                         testing::Values(HeadKind::dense, HeadKind::soft_moe, HeadKind::sparse_moe,
                                         HeadKind::hard_moe));

}  // namespace
}  // namespace switchyard::test
