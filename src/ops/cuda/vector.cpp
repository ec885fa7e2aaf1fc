// Kernels that see tensors as one long vector.

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/tensor_lists.hpp"
#include "ops/cuda/vector_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"
#include "ops/ref/vector_check.hpp"

namespace switchyard {
namespace {

const double* number(const Tensor& x, std::string_view name) {
  if (!x) return nullptr;
  ref::expect(x, name, {1}, DType::f64);
  return x.data<double>();
}

}  // namespace

std::vector<Tensor> CudaBackend::convert_all(std::span<const Tensor> xs, DType dtype) {
  std::vector<Tensor> ys;
  TensorLists<2> lists;
  for (const Tensor& x : xs) {
    ys.push_back(empty(x.shape(), dtype));
    lists.add({&x, &ys.back()});
  }
  lists.for_each([&]<class From>(const ConvertList& list) {
    dispatch_compute(dtype, [&]<class To>() { launch_convert_all<From, To>(list, stream()); });
  });
  return ys;
}

Tensor CudaBackend::dots(std::span<const Tensor> a, std::span<const Tensor> b) {
  ref::expect_pairs(a, b);
  TensorLists<2> lists;
  for (std::size_t i = 0; i < a.size(); ++i) lists.add({&a[i], &b[i]});
  Tensor partial = empty({lists.chunks()}, DType::f64);
  double* to = partial.data<double>();
  lists.for_each([&]<class T>(const VectorPairs& pairs) {
    launch_partial_dots<T>(pairs, to, stream());
    to += pairs.chunks();
  });
  Tensor sum = empty({1}, DType::f64);
  launch_total(partial.data<double>(), partial.numel(), sum.data<double>(), stream());
  return sum;
}

void CudaBackend::sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                           const SgdScalars& scalars) {
  ref::expect(scalars.learning_rate, "the learning rate", {1}, DType::f64);
  const SgdUpdate update{
      .momentum = spec.momentum,
      .weight_decay = spec.weight_decay,
      .nesterov = spec.nesterov,
      .learning_rate = scalars.learning_rate.data<double>(),
      .gradient_factor = number(scalars.gradient_factor, "the gradients' factor"),
      .skip = number(scalars.skip, "the flag to skip the update")};
  TensorLists<3> lists;
  for (const SgdSlot& slot : slots) {
    ref::expect_slot(slot);
    lists.add({slot.parameter, slot.gradient, slot.momentum});
  }
  lists.for_each([&]<class T>(const SgdList& list) { launch_sgd_step<T>(list, update, stream()); });
}

}  // namespace switchyard
