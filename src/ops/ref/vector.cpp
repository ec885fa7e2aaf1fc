// Kernels that see tensors as one long vector.

#include "ops/ref/ref_backend.hpp"
#include "ops/ref/vector_check.hpp"

namespace switchyard {
namespace {

template <class T>
double sum_of_products(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    sum += static_cast<double>(a.data<T>()[i]) * static_cast<double>(b.data<T>()[i]);
  }
  return sum;
}

template <class T>
void update(const SgdSlot& slot, const SgdSpec& spec, const ref::SgdNumbers& numbers) {
  for (std::int64_t i = 0; i < slot.parameter->numel(); ++i) {
    T& weight = slot.parameter->data<T>()[i];
    T& momentum = slot.momentum->data<T>()[i];
    const double gradient = numbers.gradient_factor * slot.gradient->data<T>()[i];
    const double d = gradient + spec.weight_decay * weight;
    const double m = spec.momentum * momentum + d;
    momentum = static_cast<T>(m);
    const double step = spec.nesterov ? d + spec.momentum * m : m;
    weight = static_cast<T>(weight - numbers.learning_rate * step);
  }
}

}  // namespace

Tensor RefBackend::dots(std::span<const Tensor> a, std::span<const Tensor> b) {
  ref::expect_pairs(a, b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += dispatch_float(a[i].dtype(), [&]<class T>() { return sum_of_products<T>(a[i], b[i]); });
  }
  return full({1}, DType::f64, sum);
}

void RefBackend::sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                          const SgdScalars& scalars) {
  const ref::SgdNumbers numbers = ref::read_sgd_numbers(scalars);
  for (const SgdSlot& slot : slots) ref::expect_slot(slot);
  if (numbers.skip) return;
  for (const SgdSlot& slot : slots) {
    dispatch_float(slot.parameter->dtype(), [&]<class T>() { update<T>(slot, spec, numbers); });
  }
}

}  // namespace switchyard
