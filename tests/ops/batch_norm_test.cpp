// What batch normalisation reports of a batch, fused and composed.

#include "ops/batch_norm.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/derivatives/local_exchange.hpp"
#include "ops/derivatives/point.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard::test {
namespace {

using Block = std::vector<double>;

// The number of probes chooses the path.
class BatchNormStatistics : public testing::TestWithParam<int> {
 protected:
  Variable normalise(Tape& tape, const Tensor& x) {
    Variable input = tape.constant(x);
    Variable gamma = tape.constant(to_tensor(backend, {2, 1}, {2}));
    Variable beta = tape.constant(to_tensor(backend, {0.5, 0}, {2}));
    statistics = batch_statistics(backend, x, 1.0, local_reducer());
    return batch_norm_train(tape, {input, gamma, beta}, {.eps = 1.0}, local_reducer(), statistics);
  }

  RefBackend backend;
  BatchStatistics statistics;
};

TEST_P(BatchNormStatistics, AreThoseOfTheRows) {
  Tape tape(backend, Recording::on, GetParam());
  Variable y = normalise(tape, to_tensor(backend, {1, -2, 3, -2, 5, 1, 7, -1}, {2, 2, 1, 2}));
  EXPECT_EQ(to_block(backend, statistics.count), Block{4});
  EXPECT_EQ(to_block(backend, statistics.moments.mean), (Block{4, -1}));
  EXPECT_EQ(to_block(backend, statistics.variance), (Block{5, 1.5}));
  EXPECT_NEAR(to_block(backend, statistics.moments.inv_std)[0], 1 / std::sqrt(6.0), 1e-15);
  EXPECT_NEAR(to_block(backend, y.value())[0], 2 * -3 / std::sqrt(6.0) + 0.5, 1e-14);
  EXPECT_NEAR(to_block(backend, y.value())[5], 2 / std::sqrt(2.5), 1e-14);
}

TEST_P(BatchNormStatistics, OfNoRowsAreZero) {
  Tape tape(backend, Recording::on, GetParam());
  Variable y = normalise(tape, to_tensor(backend, {}, {0, 2, 1, 2}));
  EXPECT_EQ(y.shape(), (Shape{0, 2, 1, 2}));
  EXPECT_EQ(to_block(backend, statistics.count), Block{0});
  EXPECT_EQ(to_block(backend, statistics.moments.mean), (Block{0, 0}));
  EXPECT_EQ(to_block(backend, statistics.variance), (Block{0, 0}));
}

TEST_P(BatchNormStatistics, OfAConstantChannelHaveNoVariance) {
  Tape tape(backend, Recording::on, GetParam());
  Variable y = normalise(tape, to_tensor(backend, {0.1, 1e3, 0.1, 1e3, 0.1, 1e3}, {3, 2}));
  for (double v : to_block(backend, statistics.variance)) {
    EXPECT_GE(v, 0.0);
    EXPECT_LT(v, 1e-9);
  }
  EXPECT_NEAR(to_block(backend, y.value())[0], 0.5, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Probes, BatchNormStatistics, testing::Values(0, 1));

}  // namespace
}  // namespace switchyard::test
