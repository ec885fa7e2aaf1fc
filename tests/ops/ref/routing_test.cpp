#include <cmath>

#include "ops/kernels/host_data.hpp"
#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefRouting : public testing::Test {
 protected:
  RefBackend backend;
  Tensor chosen = test::indices(backend, {3, 2}, {2, 0, 0, 3, 2, 3});
};

TEST_F(RefRouting, GroupsStablyAndLeavesRoomForNobody) {
  const Grouping found = backend.group_by(chosen, 5);
  test::expect_values(backend, found.offsets, {6}, {0, 2, 2, 4, 6, 6});
  test::expect_values(backend, found.place, {6}, {2, 0, 1, 4, 3, 5});
  test::expect_values(backend, found.row, {6}, {0, 1, 0, 2, 1, 2});
  EXPECT_EQ(found.offsets.dtype(), DType::i64);
  EXPECT_EQ(found.place.dtype(), DType::i32);
  EXPECT_EQ(found.row.dtype(), DType::i32);
}

TEST_F(RefRouting, GroupsNoRows) {
  const Grouping found = backend.group_by(test::indices(backend, {0, 2}, {}), 2);
  test::expect_values(backend, found.offsets, {3}, {0, 0, 0});
  EXPECT_EQ(found.place.shape(), (Shape{0}));
  EXPECT_EQ(found.row.shape(), (Shape{0}));
}

// Sample 100 at experts 2 and 0, sample 7 at 0 and 3, sample 5 at 2 and 3, sorted by expert.
TEST_F(RefRouting, KeysLieAtTheirPlaces) {
  const Tensor ids = test::sample_ids(backend, {100, 7, std::int64_t{1} << 40});
  const Tensor place = backend.group_by(chosen, 4).place;
  const Tensor keys = backend.routed_keys(ids, chosen, place, 4);
  EXPECT_EQ(keys.dtype(), DType::i64);
  const double far = 4 * 1099511627776.0;
  test::expect_values(backend, keys, {6}, {400, 28, 402, far + 2, 31, far + 3}, 0);
}

TEST_F(RefRouting, SumsOfAChoice) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor probs = test::make(backend, {2, 3}, {0.5, 0.5, 0, 0.25, 0.75, 0}, dtype);
    const Tensor two = test::indices(backend, {2, 2}, {0, 1, 1, 0});
    const double entropy = std::log(2) - 0.25 * std::log(0.25) - 0.75 * std::log(0.75);
    const Tensor found = backend.routing_sums(probs, two);
    EXPECT_EQ(found.dtype(), DType::f64);
    test::expect_values(backend, found, {7}, {entropy, 0.75, 1.25, 0, 2, 2, 0});
    test::expect_values(backend, backend.routing_sums(probs, {}), {7},
                        {entropy, 0.75, 1.25, 0, 2, 2, 2});
  }
}

TEST_F(RefRouting, SumsOfNoRows) {
  const Tensor none = backend.zeros({0, 2}, DType::f32);
  test::expect_values(backend, backend.routing_sums(none, test::indices(backend, {0, 1}, {})), {5},
                      {0, 0, 0, 0, 0});
}

TEST_F(RefRouting, TheFirstOfEqualLogitsCounts) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Tensor logits = test::make(backend, {4, 2}, {1, 2, 2, 1, 3, 3, 3, 3}, dtype);
    const Tensor labels = test::indices(backend, {4}, {1, 1, 0, 1});
    const Tensor found = backend.count_correct(logits, labels);
    EXPECT_EQ(found.dtype(), DType::f64);
    test::expect_values(backend, found, {1}, {2});
  }
  test::expect_values(
      backend,
      backend.count_correct(backend.zeros({0, 3}, DType::f32), test::indices(backend, {0}, {})),
      {1}, {0});
}

TEST_F(RefRouting, RefusesWhatDoesNotFit) {
  const Tensor ids = test::sample_ids(backend, {1, 2, 3});
  const Tensor place = backend.group_by(chosen, 4).place;
  EXPECT_THROW(backend.group_by(chosen, 3), Error);
  EXPECT_THROW(backend.group_by(test::indices(backend, {1, 1}, {-1}), 3), Error);
  EXPECT_THROW(backend.group_by(ids, 3), Error);
  EXPECT_THROW(backend.routed_keys(ids.rows(0, 2), chosen, place, 4), Error);
  EXPECT_THROW(backend.routed_keys(ids, chosen, place.rows(0, 5), 4), Error);
  EXPECT_THROW(backend.routed_keys(ids, chosen, test::indices(backend, {6}, {0, 1, 2, 3, 4, 6}), 4),
               Error);
  EXPECT_THROW(backend.routing_sums(backend.zeros({3, 2}, DType::f32), chosen), Error);
  EXPECT_THROW(backend.count_correct(backend.zeros({3, 2}, DType::f32), place), Error);
}

}  // namespace
}  // namespace switchyard
