#include "ops/conv2d.hpp"

namespace switchyard {

Variable conv2d(Tape& tape, const Variable& x, const Variable& w, Conv2dSpec spec) {
  Backend& backend = tape.backend();
  Dual y = lift_bilinear(backend, x.dual, w.dual, [&](const Tensor& a, const Tensor& b) {
    return backend.conv2d(a, b, spec);
  });
  return tape.record(std::move(y), {&x, &w}, [&tape, x, w, spec](const Dual& dy) {
    Backend& backend = tape.backend();
    if (w.node)
      tape.accumulate(w.node, lift_bilinear(
                                  backend, x.dual, dy,
                                  [&](const Tensor& a, const Tensor& b) {
                                    return backend.conv2d_grad_weight(a, b, spec, w.shape());
                                  },
                                  tape.wanted(w.node)));
    if (x.node)
      tape.accumulate(x.node,
                      lift_bilinear(backend, dy, w.dual, [&](const Tensor& a, const Tensor& b) {
                        return backend.conv2d_grad_input(a, b, spec, x.shape());
                      }));
  });
}

}  // namespace switchyard
