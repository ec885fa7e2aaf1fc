#include "ops/pooling.hpp"

namespace switchyard {

Variable global_avg_pool(Tape& tape, const Variable& x) {
  Backend& backend = tape.backend();
  Dual y = lift_linear(x.dual, [&](const Tensor& t) { return backend.global_avg_pool(t); });
  return tape.record(std::move(y), {&x},
                     [&tape, node = x.node, x_shape = x.shape()](const Dual& dy) {
                       tape.accumulate(node, lift_linear(dy, [&](const Tensor& t) {
                                         return tape.backend().global_avg_pool_grad(t, x_shape);
                                       }));
                     });
}

}  // namespace switchyard
