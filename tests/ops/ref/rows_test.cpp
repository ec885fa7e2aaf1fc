#include <cmath>
#include <limits>

#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefRows : public testing::TestWithParam<DType> {
 protected:
  Tensor make(Shape shape, const std::vector<double>& values) {
    return test::make(backend, std::move(shape), values, GetParam());
  }

  RefBackend backend;
};

INSTANTIATE_TEST_SUITE_P(Types, RefRows, testing::Values(DType::f32, DType::f64));

TEST_P(RefRows, GatherRepeatsRowsAndFillsWithZeros) {
  Tensor x = make({3, 2}, {1, 2, 3, 4, 5, 6});
  Tensor index = test::indices(backend, {4}, {2, -1, 0, 2});
  test::expect_values(backend, backend.gather_rows(x, index), {4, 2}, {5, 6, 0, 0, 1, 2, 5, 6});
}

TEST_P(RefRows, ScatterAddsRowsThatMeet) {
  Tensor x = make({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  Tensor index = test::indices(backend, {4}, {2, -1, 0, 2});
  test::expect_values(backend, backend.scatter_add_rows(x, index, 3), {3, 2}, {5, 6, 0, 0, 8, 10});
}

TEST_P(RefRows, RowsMayHaveAnyShape) {
  Tensor x = make({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  Tensor index = test::indices(backend, {1}, {1});
  test::expect_values(backend, backend.gather_rows(x, index), {1, 2, 2}, {5, 6, 7, 8});
  Tensor vector = make({2}, {3, 4});
  test::expect_values(backend, backend.gather_rows(vector, index), {1}, {4});
}

TEST_P(RefRows, GatherAndScatterOfNoRows) {
  Tensor none = make({0, 2}, {});
  Tensor nowhere = test::indices(backend, {0}, {});
  EXPECT_EQ(backend.gather_rows(make({3, 2}, {1, 2, 3, 4, 5, 6}), nowhere).shape(), (Shape{0, 2}));
  test::expect_values(backend, backend.scatter_add_rows(none, nowhere, 2), {2, 2}, {0, 0, 0, 0});
  test::expect_values(backend, backend.gather_rows(none, test::indices(backend, {1}, {-1})), {1, 2},
                      {0, 0});
}

TEST_P(RefRows, RefusesRowsThatAreNotThere) {
  Tensor x = make({2, 1}, {1, 2});
  Tensor beyond = test::indices(backend, {2}, {0, 2});
  EXPECT_THROW(backend.gather_rows(x, beyond), Error);
  EXPECT_THROW(backend.scatter_add_rows(x, beyond, 2), Error);
  EXPECT_THROW(backend.scatter_add_rows(x, test::indices(backend, {1}, {0}), 2), Error);
  EXPECT_THROW(backend.gather_rows(x, backend.zeros({2}, DType::i64)), Error);
}

// 2 (5 6) + 3 (1 2) and 10 (0 0) - (7 8); row 1 has no place.
TEST_P(RefRows, CombineAddsWeightedRows) {
  Tensor x = make({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), weights = make({2, 2}, {2, 3, 10, -1});
  Tensor place = test::indices(backend, {4}, {2, 0, -1, 3});
  test::expect_values(backend, backend.combine_rows(x, place, weights), {2, 2}, {13, 18, -7, -8});
}

TEST_P(RefRows, CombineGradGoesToRowsAndWeights) {
  Tensor x = make({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), weights = make({2, 2}, {2, 3, 10, -1});
  Tensor place = test::indices(backend, {4}, {2, 0, -1, 3}), dy = make({2, 2}, {1, -1, 0, 2});
  CombinedGrads grads = backend.combine_rows_grad(dy, x, place, weights);
  test::expect_values(backend, grads.rows, {4, 2}, {3, -3, 0, 0, 2, -2, 0, -2});
  test::expect_values(backend, grads.weights, {2, 2}, {-1, -1, 0, 16});
}

TEST_P(RefRows, CombineOfNoSamplesLeavesRowsWithoutGradient) {
  Tensor x = make({2, 1}, {1, 2}), none = make({0, 2}, {}),
         nowhere = test::indices(backend, {0}, {});
  EXPECT_EQ(backend.combine_rows(x, nowhere, none).shape(), (Shape{0, 1}));
  CombinedGrads grads = backend.combine_rows_grad(make({0, 1}, {}), x, nowhere, none);
  test::expect_values(backend, grads.rows, {2, 1}, {0, 0});
  EXPECT_EQ(grads.weights.shape(), (Shape{0, 2}));
}

TEST_P(RefRows, CombineRefusesPlacesThatAreNotThereOrShared) {
  Tensor x = make({2, 1}, {1, 2}), weights = make({1, 2}, {1, 1}), dy = make({1, 1}, {1});
  for (const auto& places : {std::vector<std::int32_t>{0, 2}, {1, 1}, {0}}) {
    Tensor place = test::indices(backend, {static_cast<std::int64_t>(places.size())}, places);
    EXPECT_THROW(backend.combine_rows(x, place, weights), Error);
    EXPECT_THROW(backend.combine_rows_grad(dy, x, place, weights), Error);
  }
  Tensor place = test::indices(backend, {2}, {0, 1});
  EXPECT_THROW(backend.combine_rows_grad(make({1, 2}, {1, 1}), x, place, weights), Error);
}

TEST_P(RefRows, RowMax) {
  test::expect_values(backend, backend.row_max(make({2, 3}, {1, 5, 2, -3, -1, -2})), {2, 1},
                      {5, -1});
  EXPECT_EQ(backend.row_max(make({0, 3}, {})).shape(), (Shape{0, 1}));
  EXPECT_THROW(backend.row_max(make({2, 0}, {})), Error);
}

TEST_P(RefRows, TopkDescendsAndGivesTiesToTheLowerColumn) {
  Tensor x = make({3, 4}, {1, 3, 3, 2, 0, 0, 0, 0, -4, -3, -2, -1});
  Tensor best = backend.topk(x, 3);
  EXPECT_EQ(best.dtype(), DType::i32);
  test::expect_values(backend, best, {3, 3}, {1, 2, 3, 0, 1, 2, 3, 2, 1});
}

// Of 1 5 3 5: without the second entry the two largest are 5 and 3, without the last too.
TEST_P(RefRows, KthOtherLeavesOutTheColumnItself) {
  Tensor x = make({2, 4}, {1, 5, 3, 5, 4, 3, 2, 1});
  Tensor first = backend.kth_other(x, 1), second = backend.kth_other(x, 2);
  EXPECT_EQ(first.dtype(), DType::i32);
  test::expect_values(backend, first, {2, 4}, {1, 3, 1, 1, 1, 0, 0, 0});
  test::expect_values(backend, second, {2, 4}, {3, 2, 3, 2, 2, 2, 1, 1});
  test::expect_values(backend, backend.kth_other(x, 3), {2, 4}, {2, 0, 0, 0, 3, 3, 3, 2});
}

TEST_P(RefRows, KthOtherOfNothing) {
  EXPECT_EQ(backend.kth_other(make({0, 4}, {}), 2).shape(), (Shape{0, 4}));
  EXPECT_THROW(backend.kth_other(make({1, 2}, {1, 2}), 2), Error);
  EXPECT_THROW(backend.kth_other(make({1, 2}, {1, 2}), 0), Error);
}

TEST_P(RefRows, TopkOfNothing) {
  EXPECT_EQ(backend.topk(make({0, 4}, {}), 2).shape(), (Shape{0, 2}));
  EXPECT_THROW(backend.topk(make({1, 2}, {1, 2}), 3), Error);
  EXPECT_THROW(backend.topk(make({1, 2}, {1, 2}), -1), Error);
}

TEST_P(RefRows, TopkChoosesDistinctColumnsEvenOfNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  auto chosen = test::values(backend, backend.topk(make({1, 3}, {nan, nan, nan}), 3));
  EXPECT_EQ(chosen, (std::vector<double>{0, 1, 2}));
}

}  // namespace
}  // namespace switchyard
