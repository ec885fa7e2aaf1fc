#include "parallel/sharded_vector.hpp"

namespace switchyard {

double sharded_dot(ModelState& state, const ProcessGrid& grid, const VectorPart& a,
                   const VectorPart& b) {
  Backend& backend = state.backend();
  double replicated = 0, owned = 0;
  for (const Parameter& p : state.parameters())
    (p.expert ? owned : replicated) += backend.dot(a(p), b(p));
  Tensor total = backend.full({1}, DType::f64, owned);
  grid.expert_parallel().all_reduce_sum(total);
  backend.to_host(total, &owned);
  return replicated + owned;
}

}  // namespace switchyard
