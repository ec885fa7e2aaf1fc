#include "ops/cpu/cpu_backend.hpp"
#include "ops/cpu/parallel.hpp"
#include "ops/ref/vector_check.hpp"

namespace switchyard {
namespace {

template <class T>
struct SgdPointers {
  T* p;
  const T* g;
  T* m;
};

/// Constants in the tensors' own type, as in PyTorch.
template <class T>
struct SgdConstants {
  T rate, factor, momentum, decay;
};

template <bool nesterov, class T>
void sgd_run(SgdPointers<T> at, std::int64_t begin, std::int64_t end, SgdConstants<T> by) {
#pragma omp simd
  for (std::int64_t i = begin; i < end; ++i) {
    const T d = by.factor * at.g[i] + by.decay * at.p[i];
    const T m = by.momentum * at.m[i] + d;
    at.m[i] = m;
    at.p[i] -= by.rate * (nesterov ? d + by.momentum * m : m);
  }
}

template <class T>
void update(const SgdSlot& slot, const SgdSpec& spec, const ref::SgdNumbers& numbers) {
  const SgdPointers<T> at{slot.parameter->data<T>(), slot.gradient->data<T>(),
                          slot.momentum->data<T>()};
  const SgdConstants<T> by{static_cast<T>(numbers.learning_rate),
                           static_cast<T>(numbers.gradient_factor), static_cast<T>(spec.momentum),
                           static_cast<T>(spec.weight_decay)};
  parallel_for(slot.parameter->numel(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    spec.nesterov ? sgd_run<true>(at, begin, end, by) : sgd_run<false>(at, begin, end, by);
  });
}

}  // namespace

void CpuBackend::sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                          const SgdScalars& scalars) {
  const ref::SgdNumbers numbers = ref::read_sgd_numbers(scalars);
  for (const SgdSlot& slot : slots) ref::expect_slot(slot);
  if (numbers.skip) return;
  for (const SgdSlot& slot : slots)
    dispatch_float(slot.parameter->dtype(), [&]<class T>() { update<T>(slot, spec, numbers); });
}

}  // namespace switchyard
