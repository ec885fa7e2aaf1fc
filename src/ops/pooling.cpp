#include "ops/pooling.hpp"

namespace switchyard {

Variable global_avg_pool(Tape& tape, const Variable& x) {
  Backend& backend = tape.backend();
  Dual y = lift_linear(x.dual, [&](const Tensor& t) { return backend.global_avg_pool(t); });
  return tape.record(std::move(y), {&x},
                     [&tape, node = x.node, shape = x.shape(), dtype = x.dtype()](const Dual& dy) {
                       Backend& backend = tape.backend();
                       tape.accumulate(node, lift_linear(dy, [&](const Tensor& t) {
                                         return backend.global_avg_pool_grad(t, shape, dtype);
                                       }));
                     });
}

}  // namespace switchyard
