// Balance losses against plain computations of their definitions.

#include "model/balance_losses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/lone_rank.hpp"

namespace switchyard::test {
namespace {

using Numbers = std::vector<double>;

constexpr std::int64_t batch = 6, experts = 5;

// (population deviation / (mean + eps))^2.
double squared_cv(const Numbers& x, double eps) {
  double n = static_cast<double>(x.size());
  double mean = std::accumulate(x.begin(), x.end(), 0.0) / n, variance = 0;
  for (double v : x) variance += (v - mean) * (v - mean) / n;
  return variance / ((mean + eps) * (mean + eps));
}

// The k-th largest of a row without its entry e.
double kth_excluding(const double* row, int k, std::int64_t e) {
  Numbers others;
  for (std::int64_t i = 0; i < experts; ++i)
    if (i != e) others.push_back(row[i]);
  std::sort(others.rbegin(), others.rend());
  return others[static_cast<std::size_t>(k - 1)];
}

class BalanceLosses : public testing::Test {
 protected:
  double number(const Variable& x) {
    EXPECT_EQ(x.shape(), Shape{1});
    return x.value().data<double>()[0];
  }
  Numbers column_sums(const Tensor& x) {
    Numbers sums(static_cast<std::size_t>(x.dim(1)), 0.0);
    for (std::int64_t i = 0; i < x.numel(); ++i)
      sums[static_cast<std::size_t>(i % x.dim(1))] += x.data<double>()[i];
    return sums;
  }
  // Rows of a softmax of random numbers.
  Tensor random_probs() {
    Tensor p = rank.backend.unary(UnaryOp::exp, 0, noise(rank.backend, {batch, experts}, 1));
    for (std::int64_t b = 0; b < batch; ++b) {
      double* row = p.data<double>() + b * experts;
      double sum = std::accumulate(row, row + experts, 0.0);
      for (std::int64_t e = 0; e < experts; ++e) row[e] /= sum;
    }
    return p;
  }
  // Mean of probs over the batch.
  Numbers routing() {
    Numbers q = column_sums(probs);
    for (double& v : q) v /= batch;
    return q;
  }

  LoneRank rank;
  Tape tape{rank.backend, Recording::off};
  Tensor probs = random_probs();
};

TEST_F(BalanceLosses, OfImportanceAreSquaredVariations) {
  Numbers importance = column_sums(probs);
  Variable p = tape.constant(probs);
  EXPECT_NEAR(number(importance_as_load_loss(tape, p, rank.reducer)), squared_cv(importance, 1e-8),
              1e-14);
  for (double& v : importance) v += 1e-8;
  EXPECT_NEAR(number(importance_loss(tape, p, rank.reducer)), squared_cv(importance, 0), 1e-14);
}

TEST_F(BalanceLosses, OfImportanceAreZeroForEqualShares) {
  Variable p = tape.constant(rank.backend.full({4, 3}, DType::f64, 1.0 / 3));
  EXPECT_NEAR(number(importance_loss(tape, p, rank.reducer)), 0, 1e-28);
  // All on one of three: mean 4/3, variance 32/9, CV^2 = 2.
  Variable one = tape.constant(make(rank.backend, {4, 3}, {1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0}));
  EXPECT_NEAR(number(importance_loss(tape, one, rank.reducer)), 2.0, 1e-7);
}

TEST_F(BalanceLosses, OfKullbackLeiblerFollowTheirFormulas) {
  double forward = 0, reverse = 0;
  for (double q : routing()) {
    forward += q * std::log(q * experts);
    reverse += 1.0 / experts * std::log(1.0 / experts / q);
  }
  Variable p = tape.constant(probs);
  EXPECT_NEAR(number(kl_forward_loss(tape, p, batch, rank.reducer)), forward, 1e-14);
  EXPECT_NEAR(number(kl_reverse_scaled_loss(tape, p, batch, rank.reducer)), reverse / experts,
              1e-14);
}

TEST_F(BalanceLosses, OfKullbackLeiblerStayFiniteForAnUnusedExpert) {
  Variable p = tape.constant(make(rank.backend, {1, 2}, {1, 0}));
  EXPECT_NEAR(number(kl_forward_loss(tape, p, 1, rank.reducer)),
              std::log(2.0) + 1e-8 * std::log(2e-8), 1e-14);
  EXPECT_NEAR(number(kl_reverse_scaled_loss(tape, p, 1, rank.reducer)),
              0.5 * (0.5 * std::log(0.5) + 0.5 * std::log(0.5 / 1e-8)), 1e-14);
}

TEST_F(BalanceLosses, SmoothLoadIsTheProbabilityOfBeingChosen) {
  Tensor clean = noise(rank.backend, {batch, experts}, 2),
         z = noise(rank.backend, {batch, experts}, 3);
  Tensor std_dev =
      rank.backend.unary(UnaryOp::softplus, 0, noise(rank.backend, {batch, experts}, 4));
  for (int k = 1; k < experts; ++k) {
    LoadEstimate found =
        estimate_load(tape, tape.constant(clean), tape.constant(std_dev), z, k, rank.reducer);
    Numbers noisy(batch * experts), load(experts, 0.0);
    for (std::size_t i = 0; i < noisy.size(); ++i)
      noisy[i] = clean.data<double>()[i] + z.data<double>()[i] * std_dev.data<double>()[i];
    for (std::int64_t i = 0; i < batch * experts; ++i) {
      std::int64_t b = i / experts, e = i % experts;
      double threshold = kth_excluding(&noisy[static_cast<std::size_t>(b * experts)], k, e);
      double margin = (clean.data<double>()[i] - threshold) / std_dev.data<double>()[i];
      double p = 0.5 * std::erfc(-margin / std::sqrt(2.0));
      EXPECT_NEAR(found.threshold.value().data<double>()[i], threshold, 1e-15) << k;
      EXPECT_NEAR(found.probability.value().data<double>()[i], p, 1e-14) << k;
      load[static_cast<std::size_t>(e)] += p;
    }
    expect_values(rank.backend, found.load.value(), {experts}, load, 1e-13);
    EXPECT_NEAR(number(smooth_load_loss(tape, found)), squared_cv(load, 1e-8), 1e-13) << k;
  }
}

TEST_F(BalanceLosses, SmoothLoadOfAllExpertsIsTheBatch) {
  Tensor clean = noise(rank.backend, {batch, experts}, 2);
  LoadEstimate found =
      estimate_load(tape, tape.constant(clean), tape.constant(clean), clean, experts, rank.reducer);
  expect_values(rank.backend, found.load.value(), {experts}, Numbers(experts, batch));
  EXPECT_EQ(number(smooth_load_loss(tape, found)), 0.0);
}

}  // namespace
}  // namespace switchyard::test
