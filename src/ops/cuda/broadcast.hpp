#pragma once
// NumPy broadcasting: shapes are aligned at their last dimension, and a dimension of length 1, or a
// missing one, is read again and again (step 0).

#include "device/tensor.hpp"
#include "ops/cuda/broadcast_kernels.hpp"

namespace switchyard {

/// The shape that both broadcast to; an Error where there is none.
Shape broadcast_shape(const Shape& a, const Shape& b);

/// An Error unless `small` broadcasts to `large`.
void require_broadcastable(const Shape& small, const Shape& large);

/// How elements of `shape` find theirs in tensors of shapes a and b that broadcast to it; adjacent
/// dimensions that both treat alike are joined. At most kMaxDims must remain, else an Error.
Broadcast plan_broadcast(const Shape& shape, const Shape& a, const Shape& b);

}  // namespace switchyard
