#include "model/forward_context.hpp"

#include "ops/arithmetic.hpp"

namespace switchyard {

Variable dropout(const ForwardContext& context, const Variable& x, RandomPurpose purpose, double p,
                 const Tensor& sample_ids, std::int64_t first_column) {
  if (context.mode == Mode::eval || p == 0) return x;
  Tensor mask = context.tape.backend().dropout_mask(context.random(purpose), sample_ids, x.dim(1),
                                                    first_column, p, x.dtype());
  return mul(context.tape, x, context.tape.constant(mask));
}

}  // namespace switchyard
