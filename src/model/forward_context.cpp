#include "model/forward_context.hpp"

#include "ops/arithmetic.hpp"

namespace switchyard {

Tensor dropout_mask(const ForwardContext& context, RandomPurpose purpose, double p,
                    const Tensor& sample_ids, std::int64_t columns, DType dtype,
                    std::int64_t first_column) {
  if (context.mode == Mode::eval || p == 0) return {};
  return context.tape.backend().dropout_mask(context.random(purpose), sample_ids, columns,
                                             first_column, p, dtype);
}

Variable dropout(const ForwardContext& context, const Variable& x, RandomPurpose purpose, double p,
                 const Tensor& sample_ids, std::int64_t first_column) {
  Tensor mask = dropout_mask(context, purpose, p, sample_ids, x.dim(1), x.dtype(), first_column);
  return mask ? mul(context.tape, x, context.tape.constant(mask)) : x;
}

}  // namespace switchyard
