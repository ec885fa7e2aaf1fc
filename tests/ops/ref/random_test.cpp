#include <cmath>
#include <numeric>

#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefRandom : public testing::Test {
 protected:
  RefBackend backend;
  RandomStream stream{7, RandomPurpose::hidden_dropout, 3};
  RandomKey key{7, RandomPurpose::hidden_dropout, test::sample_ids(backend, {3})};
};

TEST_F(RefRandom, NormalHasTheStreamsNumbers) {
  Tensor x =
      backend.random_normal(key, test::sample_ids(backend, {5, 1000000000000}), 2, DType::f64);
  test::expect_values(backend, x, {2, 2},
                      {stream.normal(5, 0), stream.normal(5, 1), stream.normal(1000000000000, 0),
                       stream.normal(1000000000000, 1)},
                      0);
}

TEST_F(RefRandom, NormalHasMeanZeroAndVarianceOne) {
  std::vector<std::int64_t> ids(200);
  std::iota(ids.begin(), ids.end(), 0);
  Tensor x = backend.random_normal(key, test::sample_ids(backend, ids), 100, DType::f32);
  Tensor one = backend.full(x.shape(), DType::f32, 1);
  // Five standard errors of 20000 draws.
  EXPECT_NEAR(backend.dot(x, one) / 20000, 0, 5 / std::sqrt(20000.0));
  EXPECT_NEAR(backend.dot(x, x) / 20000, 1, 5 * std::sqrt(2 / 20000.0));
}

TEST_F(RefRandom, RowsFollowTheirSampleNotTheirPlace) {
  Tensor forth =
      backend.dropout_mask(key, test::sample_ids(backend, {1, 2, 3}), 64, 0, 0.5, DType::f64);
  Tensor back =
      backend.dropout_mask(key, test::sample_ids(backend, {3, 1}), 64, 0, 0.5, DType::f64);
  test::expect_equal(backend, back.rows(0, 1), forth.rows(2, 3), 0);
  test::expect_equal(backend, back.rows(1, 2), forth.rows(0, 1), 0);
  EXPECT_NE(test::values(backend, forth.rows(0, 1)), test::values(backend, forth.rows(1, 2)));
}

TEST_F(RefRandom, MasksShiftedByTheirWidthContinueTheRow) {
  Tensor ids = test::sample_ids(backend, {4});
  Tensor wide = backend.dropout_mask(key, ids, 64, 0, 0.5, DType::f64);
  Tensor second = backend.dropout_mask(key, ids, 32, 32, 0.5, DType::f64);
  test::expect_equal(backend, second, backend.slice_columns(wide, 32, 64), 0);
}

TEST_F(RefRandom, MaskKeepsTheMean) {
  std::vector<std::int64_t> ids(200);
  std::iota(ids.begin(), ids.end(), 0);
  const double p = 0.2;
  Tensor mask = backend.dropout_mask(key, test::sample_ids(backend, ids), 100, 0, p, DType::f64);
  double kept = 0;
  for (double v : test::values(backend, mask)) {
    ASSERT_TRUE(v == 0 || v == 1 / (1 - p)) << v;
    kept += v != 0;
  }
  EXPECT_NEAR(kept / 20000, 1 - p, 5 * std::sqrt(p * (1 - p) / 20000));
}

TEST_F(RefRandom, NothingIsDroppedWithProbabilityZero) {
  Tensor mask = backend.dropout_mask(key, test::sample_ids(backend, {1}), 3, 0, 0, DType::f32);
  test::expect_values(backend, mask, {1, 3}, {1, 1, 1}, 0);
}

TEST_F(RefRandom, NoSamples) {
  Tensor none = test::sample_ids(backend, {});
  EXPECT_EQ(backend.random_normal(key, none, 4, DType::f32).shape(), (Shape{0, 4}));
  EXPECT_EQ(backend.dropout_mask(key, none, 4, 0, 0.5, DType::f32).shape(), (Shape{0, 4}));
}

TEST_F(RefRandom, StepsAreReadWhenTheNumbersAreMade) {
  Tensor ids = test::sample_ids(backend, {1});
  const std::int64_t next = (std::int64_t{1} << 32) + 5;
  backend.upload(&next, key.step);
  const RandomStream later(7, RandomPurpose::hidden_dropout, static_cast<std::uint64_t>(next));
  test::expect_values(backend, backend.random_normal(key, ids, 1, DType::f64), {1, 1},
                      {later.normal(1, 0)}, 0);
}

TEST_F(RefRandom, RefusesAStepThatIsNoNumber) {
  Tensor ids = test::sample_ids(backend, {1});
  key.step = {};
  EXPECT_THROW(backend.random_normal(key, ids, 1, DType::f32), Error);
  key.step = backend.zeros({1}, DType::f64);
  EXPECT_THROW(backend.dropout_mask(key, ids, 1, 0, 0.5, DType::f32), Error);
}

TEST_F(RefRandom, RefusesWhatIsNoProbabilityOrNoId) {
  Tensor ids = test::sample_ids(backend, {1});
  EXPECT_THROW(backend.dropout_mask(key, ids, 1, 0, 1.0, DType::f32), Error);
  EXPECT_THROW(backend.dropout_mask(key, ids, 1, 0, -0.1, DType::f32), Error);
  EXPECT_THROW(backend.random_normal(key, backend.zeros({1}, DType::i32), 1, DType::f32), Error);
}

}  // namespace
}  // namespace switchyard
