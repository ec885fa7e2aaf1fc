#include "ops/ref/tensors.hpp"

namespace switchyard {
namespace {

class RefColumns : public testing::TestWithParam<DType> {
 protected:
  Tensor make(Shape shape, const std::vector<double>& values) {
    return test::make(backend, std::move(shape), values, GetParam());
  }

  RefBackend backend;
};

INSTANTIATE_TEST_SUITE_P(Types, RefColumns, testing::Values(DType::f32, DType::f64));

TEST_P(RefColumns, GatherPicksFromEveryRow) {
  Tensor x = make({2, 3}, {1, 2, 3, 4, 5, 6});
  Tensor index = test::indices(backend, {2, 2}, {2, 0, 1, 1});
  test::expect_values(backend, backend.gather_columns(x, index), {2, 2}, {3, 1, 5, 5});
}

TEST_P(RefColumns, ScatterAddsIntoEveryRow) {
  Tensor x = make({2, 2}, {1, 2, 3, 4});
  Tensor index = test::indices(backend, {2, 2}, {2, 0, 1, 1});
  test::expect_values(backend, backend.scatter_add_columns(x, index, 3), {2, 3},
                      {2, 0, 1, 0, 7, 0});
}

TEST_P(RefColumns, ConcatAndSliceAreInverse) {
  Tensor a = make({2, 1}, {1, 2}), b = make({2, 0}, {}), c = make({2, 2}, {3, 4, 5, 6});
  const std::vector<Tensor> parts = {a, b, c};
  Tensor all = backend.concat_columns(parts);
  test::expect_values(backend, all, {2, 3}, {1, 3, 4, 2, 5, 6});
  test::expect_equal(backend, backend.slice_columns(all, 0, 1), a);
  test::expect_equal(backend, backend.slice_columns(all, 1, 1), b);
  test::expect_equal(backend, backend.slice_columns(all, 1, 3), c);
}

TEST_P(RefColumns, NoRows) {
  Tensor none = make({0, 3}, {});
  Tensor nowhere = test::indices(backend, {0, 2}, {});
  EXPECT_EQ(backend.gather_columns(none, nowhere).shape(), (Shape{0, 2}));
  EXPECT_EQ(backend.scatter_add_columns(make({0, 2}, {}), nowhere, 3).shape(), (Shape{0, 3}));
  EXPECT_EQ(backend.slice_columns(none, 1, 3).shape(), (Shape{0, 2}));
  const std::vector<Tensor> parts = {none, none};
  EXPECT_EQ(backend.concat_columns(parts).shape(), (Shape{0, 6}));
}

TEST_P(RefColumns, RefusesColumnsThatAreNotThere) {
  Tensor x = make({1, 2}, {1, 2});
  for (std::int32_t column : {-1, 2}) {
    Tensor index = test::indices(backend, {1, 2}, {0, column});
    EXPECT_THROW(backend.gather_columns(x, index), Error);
    EXPECT_THROW(backend.scatter_add_columns(x, index, 2), Error);
  }
  EXPECT_THROW(backend.slice_columns(x, 1, 3), Error);
  EXPECT_THROW(backend.slice_columns(x, 2, 1), Error);
  const std::vector<Tensor> uneven = {x, make({2, 1}, {1, 2})};
  EXPECT_THROW(backend.concat_columns(uneven), Error);
  EXPECT_THROW(backend.concat_columns({}), Error);
}

}  // namespace
}  // namespace switchyard
