#include "device/tensor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace switchyard {
namespace {

class TensorTest : public testing::Test {
 protected:
  // 0, 1, 2, ... in float.
  Tensor counting(Shape shape) {
    Tensor x(*allocator, std::move(shape), DType::f32);
    std::iota(x.span<float>().begin(), x.span<float>().end(), 0.0f);
    return x;
  }

  std::shared_ptr<Allocator> allocator = make_host_allocator();
};

TEST_F(TensorTest, KnowsItsShape) {
  Tensor x(*allocator, {2, 3, 4}, DType::f64);
  EXPECT_TRUE(x.defined());
  EXPECT_EQ(x.rank(), 3);
  EXPECT_EQ(x.dim(0), 2);
  EXPECT_EQ(x.dim(-1), 4);
  EXPECT_EQ(x.numel(), 24);
  EXPECT_EQ(x.bytes(), 192u);
  EXPECT_EQ(to_string(x.shape()), "(2, 3, 4)");
}

TEST_F(TensorTest, UndefinedEmptyAndScalarDiffer) {
  EXPECT_FALSE(Tensor{}.defined());
  Tensor empty(*allocator, {3, 0}, DType::f32), scalar(*allocator, {}, DType::f32);
  EXPECT_TRUE(empty.defined());
  EXPECT_EQ(empty.numel(), 0);
  EXPECT_EQ(empty.rows(1, 3).numel(), 0);
  EXPECT_EQ(scalar.numel(), 1);
  EXPECT_EQ(scalar.rank(), 0);
}

TEST_F(TensorTest, CopiesShareTheElements) {
  Tensor x = counting({4}), copy = x;
  copy.data<float>()[2] = 9;
  EXPECT_EQ(x.data<float>()[2], 9);
}

TEST_F(TensorTest, RowsAndReshapeAreViews) {
  Tensor x = counting({4, 3});
  Tensor middle = x.rows(1, 3);
  EXPECT_EQ(middle.shape(), (Shape{2, 3}));
  EXPECT_TRUE(std::ranges::equal(middle.span<float>(), std::vector<float>{3, 4, 5, 6, 7, 8}));
  Tensor last = middle.rows(1, 2).reshape({3, 1});
  EXPECT_EQ(last.shape(), (Shape{3, 1}));
  EXPECT_EQ(last.data<float>(), x.data<float>() + 6);
  EXPECT_EQ(middle.rows(2, 2).numel(), 0);
}

TEST_F(TensorTest, RefusesViewsThatDoNotFit) {
  Tensor x = counting({4, 3});
  EXPECT_THROW(x.reshape({5, 3}), Error);
  EXPECT_THROW(x.rows(-1, 2), Error);
  EXPECT_THROW(x.rows(3, 2), Error);
  EXPECT_THROW(x.rows(0, 5), Error);
}

TEST_F(TensorTest, IsUniqueUntilShared) {
  Tensor x = counting({4, 3});
  EXPECT_TRUE(x.unique());
  {
    Tensor view = x.rows(0, 1);
    EXPECT_FALSE(x.unique());
  }
  EXPECT_TRUE(x.unique());
}

TEST_F(TensorTest, AViewKeepsTheMemory) {
  Tensor view;
  {
    Tensor x = counting({4, 3});
    view = x.rows(3, 4);
  }
  EXPECT_EQ(view.data<float>()[0], 9);
  EXPECT_GT(allocator->live_bytes(), 0u);
  view = Tensor{};
  EXPECT_EQ(allocator->live_bytes(), 0u);
}

TEST(DTypes, SizesAndNames) {
  EXPECT_EQ(size_of(DType::f32), sizeof(float));
  EXPECT_EQ(size_of(DType::f64), sizeof(double));
  EXPECT_EQ(size_of(DType::i32), 4u);
  EXPECT_EQ(size_of(DType::i64), 8u);
  EXPECT_EQ(size_of(DType::u8), 1u);
  EXPECT_EQ(to_string(DType::i64), "i64");
  EXPECT_EQ(dtype_of<std::uint8_t>(), DType::u8);
}

TEST(DTypes, DispatchFindsTheFloatingPointTypeAndRefusesOthers) {
  auto width = []<class T>() { return sizeof(T); };
  EXPECT_EQ(dispatch_float(DType::f32, width), 4u);
  EXPECT_EQ(dispatch_float(DType::f64, width), 8u);
  EXPECT_THROW(dispatch_float(DType::i32, width), Error);
}

}  // namespace
}  // namespace switchyard
