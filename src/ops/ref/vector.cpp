// Kernels that see a tensor as one long vector.

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {

double RefBackend::dot(const Tensor& a, const Tensor& b) {
  ref::expect(b, "the second vector", a.shape(), a.dtype());
  double sum = 0;
  dispatch_float(a.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < a.numel(); ++i) {
      sum += static_cast<double>(a.data<T>()[i]) * static_cast<double>(b.data<T>()[i]);
    }
  });
  return sum;
}

void RefBackend::sgd_step(Tensor& p, const Tensor& g, Tensor& m, const SgdSpec& spec) {
  ref::expect(g, "the gradient", p.shape(), p.dtype());
  ref::expect(m, "the momentum", p.shape(), p.dtype());
  dispatch_float(p.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < p.numel(); ++i) {
      T& weight = p.data<T>()[i];
      const double d = g.data<T>()[i] + spec.weight_decay * weight;
      const double momentum = spec.momentum * m.data<T>()[i] + d;
      m.data<T>()[i] = static_cast<T>(momentum);
      const double step = spec.nesterov ? d + spec.momentum * momentum : momentum;
      weight = static_cast<T>(weight - spec.learning_rate * step);
    }
  });
}

}  // namespace switchyard
