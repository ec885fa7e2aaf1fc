// Rows that many are added to, memory that packs do not fit, and entries that are not numbers.

#include <limits>

#include "ops/cuda/on_device.hpp"

namespace switchyard::test {
namespace {

using CudaRows = OnDevice;

/// Most of 100 rows go to row 1, some nowhere, the rest to a few each.
std::vector<std::int32_t> crowded() {
  std::vector<std::int32_t> index(100);
  for (std::int32_t r = 0; r < 100; ++r)
    index[static_cast<std::size_t>(r)] = r < 60 ? 1 : (r % 3 == 0 ? -1 : r % 5);
  return index;
}

// Float sums differ in another order.
TEST_F(CudaRows, AddsAnyNumberOfRowsInAscendingOrder) {
  const Tensor index = indices(ref_, {100}, crowded());
  for (const Shape& shape : {Shape{100, 24}, Shape{100, 7}, Shape{100, 2, 300}}) {
    const Tensor x = scattered(shape, 1);
    const Tensor expected = ref_.scatter_add_rows(x, index, 5);
    expect_near(cuda_.scatter_add_rows(put(x), put(index), 5), expected, 0);
    expect_near(cuda_.scatter_add_rows(put_askew(x), put(index), 5), expected, 0);
  }
}

TEST_F(CudaRows, GathersFromMemoryThatPacksDoNotFit) {
  const Tensor index = indices(ref_, {6}, {3, 0, -1, 8, 8, 1});
  for (DType dtype : {DType::f32, DType::f64, DType::bf16}) {
    const Tensor x = scattered({9, 16}, 2, dtype);
    expect_near(cuda_.gather_rows(put_askew(x), put(index)), ref_.gather_rows(x, index), 0);
  }
}

TEST_F(CudaRows, CombinesInMemoryThatPacksDoNotFit) {
  const Tensor place = indices(ref_, {6}, {3, 0, -1, 8, 2, 1});
  const Tensor x = scattered({9, 16}, 2), weights = scattered({3, 2}, 3),
               dy = scattered({3, 16}, 4);
  const CombinedGrads expected = ref_.combine_rows_grad(dy, x, place, weights);
  for (bool askew : {false, true}) {
    const Tensor rows = askew ? put_askew(x) : put(x);
    expect_near(cuda_.combine_rows(rows, put(place), put(weights)),
                ref_.combine_rows(x, place, weights), 1e-6);
    const CombinedGrads found =
        cuda_.combine_rows_grad(put_askew(dy), rows, put(place), put(weights));
    expect_near(found.rows, expected.rows, 0);
    expect_near(found.weights, expected.weights, 1e-6);
  }
}

TEST_F(CudaRows, RefusesToCombineWhatDoesNotFit) {
  const Tensor x = put(scattered({4, 3}, 1)), weights = put(scattered({2, 2}, 2));
  const Tensor place = put(indices(ref_, {4}, {0, 1, 2, 3}));
  EXPECT_THROW(cuda_.combine_rows(x, put(indices(ref_, {3}, {0, 1, 2})), weights), Error);
  EXPECT_THROW(cuda_.combine_rows(x, place, put(scattered({2, 2}, 2, DType::f64))), Error);
  EXPECT_THROW(cuda_.combine_rows_grad(put(scattered({3, 3}, 3)), x, place, weights), Error);
}

// So that blocks share a row, and the last one has less of it.
TEST_F(CudaRows, MovesLongRows) {
  for (const auto& [rows, columns] :
       {std::pair{1, 300001}, std::pair{1, 65536}, std::pair{3, 5000}}) {
    const Tensor x = scattered({rows, columns}, 3), y = scattered({rows, 12}, 4);
    const Tensor both[] = {put(x), put(y), put_askew(x)}, expected[] = {x, y, x};
    const Tensor together = cuda_.concat_columns(both);
    expect_near(together, ref_.concat_columns(expected), 0);
    expect_near(cuda_.slice_columns(together, 1, columns), ref_.slice_columns(x, 1, columns), 0);
  }
}

TEST_F(CudaRows, ChoosesDistinctColumnsWhateverTheEntries) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = put(
      make(ref_, {2, 6}, {nan, 1, inf, -inf, nan, 2, nan, nan, nan, nan, nan, nan}, DType::f32));
  EXPECT_EQ(get(cuda_.topk(x, 6)), (std::vector<double>{2, 5, 1, 0, 3, 4, 0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(get(cuda_.kth_other(x, 2)), (std::vector<double>{5, 5, 1, 5, 5, 1, 2, 2, 1, 1, 1, 1}));
}

}  // namespace
}  // namespace switchyard::test
