// Batch norm's running statistics, by PyTorch's rule.

#include <gtest/gtest.h>

#include <cmath>

#include "model/layers.hpp"
#include "model/lone_rank.hpp"

namespace switchyard::test {
namespace {

struct Statistics {
  std::vector<double> mean, variance;
  std::int64_t batches = 0;
};

class RunningStatistics : public testing::Test {
 protected:
  void forward(const Tensor& x, Mode mode, int probes = 0) {
    Tape tape(rank.backend, mode == Mode::eval ? Recording::off : Recording::on, probes);
    std::vector<std::int64_t> ids(static_cast<std::size_t>(x.dim(0)), 0);
    Parameter* const weight = &layer.weight();
    RoundedWeights weights(tape, {&weight, 1}, x.dtype());
    layer.forward(rank.context(tape, mode, ids), tape.constant(x), weights);
  }
  Statistics running() {
    Statistics s{values(rank.backend, state.buffers()[0].value),
                 values(rank.backend, state.buffers()[1].value), 0};
    rank.backend.to_host(state.buffers()[2].value, &s.batches);
    return s;
  }
  // Of the convolution's output: mean and unbiased variance of each channel.
  Statistics batch_of(const Tensor& x) {
    Tensor y = rank.backend.conv2d(x, state.parameters()[0].value, {1, 1});
    std::int64_t channels = y.dim(3), n = y.numel() / channels;
    Statistics s{std::vector<double>(2, 0.0), std::vector<double>(2, 0.0), 1};
    const double* v = y.data<double>();
    for (std::int64_t i = 0; i < y.numel(); ++i) s.mean[i % channels] += v[i] / n;
    for (std::int64_t i = 0; i < y.numel(); ++i)
      s.variance[i % channels] += std::pow(v[i] - s.mean[i % channels], 2) / (n - 1);
    return s;
  }
  void expect_blend(const Statistics& before, const Statistics& batch) {
    Statistics after = running();
    for (std::size_t c = 0; c < 2; ++c) {
      EXPECT_NEAR(after.mean[c], 0.9 * before.mean[c] + 0.1 * batch.mean[c], 1e-14);
      EXPECT_NEAR(after.variance[c], 0.9 * before.variance[c] + 0.1 * batch.variance[c], 1e-13);
    }
    EXPECT_EQ(after.batches, before.batches + 1);
  }

  LoneRank rank;
  ModelState state{rank.backend, DType::f64, 1};
  ConvNorm layer{state, "conv", "bn", {3, 2, 3, 1}, ConvInit::kaiming_uniform, Activation::relu};
};

TEST_F(RunningStatistics, BlendATenthOfEachBatch) {
  for (int probes : {0, 1}) {
    for (std::uint64_t number : {1, 2}) {
      Statistics before = running();
      Tensor x = noise(rank.backend, {2, 3, 4, 3}, number);
      forward(x, Mode::train, probes);
      expect_blend(before, batch_of(x));
    }
  }
  EXPECT_EQ(running().batches, 4);
}

// Recorded work goes on reading the same memory.
TEST_F(RunningStatistics, ChangeInPlace) {
  std::vector<const std::byte*> before;
  for (auto& buffer : state.buffers()) before.push_back(buffer.value.raw());
  forward(noise(rank.backend, {2, 3, 4, 3}, 1), Mode::train);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(state.buffers()[i].value.raw(), before[i]) << state.buffers()[i].name;
}

TEST_F(RunningStatistics, OfASinglePixelHaveNoVariance) {
  forward(noise(rank.backend, {1, 1, 1, 3}, 1), Mode::train);
  EXPECT_NEAR(running().variance[0], 0.9, 1e-14);
  EXPECT_EQ(running().batches, 1);
}

TEST_F(RunningStatistics, StayInEvaluationAndWithoutSamples) {
  Statistics before = running();
  forward(noise(rank.backend, {2, 4, 4, 3}, 1), Mode::eval);
  EXPECT_EQ(running().batches, 0);
  forward(rank.backend.empty({0, 4, 4, 3}, DType::f64), Mode::train);
  Statistics after = running();
  EXPECT_EQ(after.mean, before.mean);
  EXPECT_EQ(after.variance, before.variance);
  EXPECT_EQ(after.batches, 1);  // counted on every rank alike
}

}  // namespace
}  // namespace switchyard::test
