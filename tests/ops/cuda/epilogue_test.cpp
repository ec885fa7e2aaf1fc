// What is added to a product after it was stored: in packs of elements, and one by one where the
// row or the memory does not fit them.

#include "ops/cuda/epilogue.hpp"

#include "ops/cuda/on_device.hpp"

namespace switchyard::test {
namespace {

class CudaEpilogue : public OnDevice {
 protected:
  /// relu(y + residual + bias), computed in double.
  Tensor expected(const Tensor& y, const Tensor& residual, const Tensor& bias, DType dtype) {
    Tensor sum = ref_.convert(y, DType::f64);
    if (residual) sum = ref_.binary(BinaryOp::add, sum, ref_.convert(residual, DType::f64));
    if (bias) sum = ref_.binary(BinaryOp::add, sum, ref_.convert(bias, DType::f64));
    return ref_.convert(ref_.relu(sum), dtype);
  }

  /// Of rows of `columns` elements; in memory as allocated, and one element behind that.
  void expect_sums(std::int64_t columns, DType dtype, DType bias_dtype, double tolerance) {
    const Tensor y = scattered({5, columns}, 1, dtype),
                 residual = scattered({5, columns}, 2, dtype);
    const Tensor bias = scattered({columns}, 3, bias_dtype);
    const auto apply = [&](Tensor at, const Tensor& with, const Tensor& and_bias) {
      apply_epilogue(at, with, and_bias, Activation::relu, device_->stream());
      return at;
    };
    const Tensor all = expected(y, residual, bias, dtype);
    expect_near(apply(put(y), put(residual), put(bias)), all, tolerance);
    expect_near(apply(put_askew(y), put(residual), put(bias)), all, tolerance);
    expect_near(apply(put(y), put_askew(residual), put_askew(bias)), all, tolerance);
    expect_near(apply(put(y), {}, put(bias)), expected(y, {}, bias, dtype), tolerance);
    expect_near(apply(put(y), put(residual), {}), expected(y, residual, {}, dtype), tolerance);
  }
};

TEST_F(CudaEpilogue, AddsResidualAndBiasWhateverTheRow) {
  for (const std::int64_t columns : {1, 6, 8, 24, 40}) {
    expect_sums(columns, DType::f32, DType::f32, 1e-6);
    expect_sums(columns, DType::f64, DType::f64, 1e-14);
    expect_sums(columns, DType::bf16, DType::bf16, 1e-2);
    expect_sums(columns, DType::bf16, DType::f32, 1e-2);
  }
}

}  // namespace
}  // namespace switchyard::test
