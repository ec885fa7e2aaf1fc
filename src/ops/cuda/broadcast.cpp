#include "ops/cuda/broadcast.hpp"

#include <algorithm>

#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/elementwise_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

// Length of the i-th dimension from the end.
std::int64_t length_from_end(const Shape& shape, std::size_t i) {
  return i < shape.size() ? shape[shape.size() - 1 - i] : 1;
}

// Steps through a tensor of shape `small` for every dimension of `large`.
Shape broadcast_steps(const Shape& small, const Shape& large) {
  Shape steps(large.size(), 0);
  std::int64_t step = 1;
  for (std::size_t i = 0; i < small.size(); ++i) {
    const std::int64_t length = length_from_end(small, i);
    if (length != 1) steps[large.size() - 1 - i] = step;
    step *= length;
  }
  return steps;
}

}  // namespace

Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t da = length_from_end(a, i), db = length_from_end(b, i);
    SY_REQUIRE(da == db || da == 1 || db == 1, ExitCode::run_failed,
               "shapes {} and {} cannot be broadcast together (lengths {} and {} differ)",
               to_string(a), to_string(b), da, db);
    shape[shape.size() - 1 - i] = da == 1 ? db : da;
  }
  return shape;
}

void require_broadcastable(const Shape& small, const Shape& large) {
  SY_REQUIRE(broadcast_shape(small, large) == large, ExitCode::run_failed,
             "{} does not broadcast to {}", to_string(small), to_string(large));
}

Broadcast plan_broadcast(const Shape& shape, const Shape& a, const Shape& b) {
  const Shape steps_a = broadcast_steps(a, shape), steps_b = broadcast_steps(b, shape);
  Broadcast plan;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1) continue;
    const int last = plan.dims - 1;
    const bool joins = plan.dims > 0 && plan.step_a[last] == steps_a[d] * shape[d] &&
                       plan.step_b[last] == steps_b[d] * shape[d];
    SY_REQUIRE(joins || plan.dims < kMaxDims, ExitCode::run_failed,
               "cannot broadcast {} and {}: more than {} dimensions alternate", to_string(a),
               to_string(b), kMaxDims);
    const int at = joins ? last : plan.dims++;
    plan.length[at] = joins ? plan.length[at] * shape[d] : shape[d];
    plan.step_a[at] = steps_a[d];
    plan.step_b[at] = steps_b[d];
  }
  return plan;
}

Tensor CudaBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b) {
  ref::expect(b, "the second operand", b.shape(), a.dtype());
  Tensor y = empty(broadcast_shape(a.shape(), b.shape()), a.dtype());
  dispatch_compute(a.dtype(), [&]<class T>() {
    if (a.shape() == b.shape()) {
      launch_binary_same_shape(op, a.data<T>(), b.data<T>(), y.data<T>(), y.numel(), stream());
    } else {
      const auto plan = plan_broadcast(y.shape(), a.shape(), b.shape());
      launch_binary_broadcast(op, a.data<T>(), b.data<T>(), y.data<T>(), y.numel(), plan, stream());
    }
  });
  return y;
}

Tensor CudaBackend::broadcast_to(const Tensor& x, const Shape& shape) {
  require_broadcastable(x.shape(), shape);
  Tensor y = empty(shape, x.dtype());
  const auto plan = plan_broadcast(shape, x.shape(), x.shape());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_broadcast(x.data<T>(), y.data<T>(), y.numel(), plan, stream());
  });
  return y;
}

}  // namespace switchyard
