#include "ops/cuda/combine_kernels.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

template <class T>
CombineOperands<T> operands(const Tensor& rows, const Tensor& place, const Tensor& weights) {
  return {.rows = rows.data<T>(),
          .place = place.data<std::int32_t>(),
          .weights = weights.data<T>(),
          .samples = weights.dim(0),
          .k = weights.dim(1),
          .length = rows.dim(1)};
}

}  // namespace

Tensor CudaBackend::combine_rows(const Tensor& rows, const Tensor& place, const Tensor& weights) {
  ref::expect_combination(rows, place, weights);
  Tensor y = empty({weights.dim(0), rows.dim(1)}, rows.dtype());
  dispatch_compute(rows.dtype(), [&]<class T>() {
    launch_combine_rows(operands<T>(rows, place, weights), y.data<T>(), stream());
  });
  return y;
}

CombinedGrads CudaBackend::combine_rows_grad(const Tensor& dy, const Tensor& rows,
                                             const Tensor& place, const Tensor& weights) {
  ref::expect_combination(rows, place, weights);
  ref::expect(dy, "the gradient of the combined rows", {weights.dim(0), rows.dim(1)}, rows.dtype());
  CombinedGrads grads{zeros(rows.shape(), rows.dtype()), empty(weights.shape(), rows.dtype())};
  dispatch_compute(rows.dtype(), [&]<class T>() {
    launch_combine_rows_grad(operands<T>(rows, place, weights), dy.data<T>(), grads.rows.data<T>(),
                             grads.weights.data<T>(), stream());
  });
  return grads;
}

}  // namespace switchyard
