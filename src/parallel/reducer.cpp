#include "parallel/reducer.hpp"

namespace switchyard {

Tensor GroupReducer::sum(const Tensor& partial) {
  if (group_.size() == 1) return partial;
  Tensor total = backend_.convert(partial, partial.dtype());
  group_.all_reduce_sum(total);
  return total;
}

}  // namespace switchyard
