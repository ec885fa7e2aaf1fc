// Functions of one variable and their derivatives, evaluated in double: they are used on small
// tensors, and the oracle does so. Inlined for each element of a pack they would take nvcc long.

#include <cmath>
#include <numbers>

#include "ops/cuda/compute.hpp"
#include "ops/cuda/elementwise_kernels.hpp"
#include "ops/cuda/map.cuh"

namespace switchyard {
namespace {

__device__ double sigmoid(double x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1 + e);
}

// s (1 - s), without cancellation where s is near 1.
__device__ double sigmoid_slope(double x) {
  return sigmoid(x) * sigmoid(-x);
}

__device__ double normal_density(double x) {
  return std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

[[gnu::noinline]] __device__ double value_of(UnaryOp op, double x) {
  switch (op) {
    case UnaryOp::exp:
      return std::exp(x);
    case UnaryOp::log:
      return std::log(x);
    case UnaryOp::reciprocal:
      return 1 / x;
    case UnaryOp::square:
      return x * x;
    case UnaryOp::sqrt:
      return std::sqrt(x);
    case UnaryOp::softplus:
      return (x > 0 ? x : 0.0) + std::log1p(std::exp(-std::abs(x)));
    case UnaryOp::sigmoid:
      return sigmoid(x);
    case UnaryOp::normal_cdf:
      return 0.5 * std::erfc(-x / std::numbers::sqrt2);
  }
  return x;
}

[[gnu::noinline]] __device__ double slope_of(UnaryOp op, double x) {
  switch (op) {
    case UnaryOp::exp:
      return std::exp(x);
    case UnaryOp::log:
      return 1 / x;
    case UnaryOp::reciprocal:
      return -1 / (x * x);
    case UnaryOp::square:
      return 2 * x;
    case UnaryOp::sqrt:
      return x == 0 ? 0.0 : 0.5 / std::sqrt(x);
    case UnaryOp::softplus:
      return sigmoid(x);
    case UnaryOp::sigmoid:
      return sigmoid_slope(x);
    case UnaryOp::normal_cdf:
      return normal_density(x);
  }
  return x;
}

[[gnu::noinline]] __device__ double curvature_of(UnaryOp op, double x) {
  switch (op) {
    case UnaryOp::exp:
      return std::exp(x);
    case UnaryOp::log:
      return -1 / (x * x);
    case UnaryOp::reciprocal:
      return 2 / (x * x * x);
    case UnaryOp::square:
      return 2;
    case UnaryOp::sqrt:
      return x == 0 ? 0.0 : -0.25 / (x * std::sqrt(x));
    case UnaryOp::softplus:
      return sigmoid_slope(x);
    case UnaryOp::sigmoid:
      return sigmoid_slope(x) * (sigmoid(-x) - sigmoid(x));
    case UnaryOp::normal_cdf:
      return -x * normal_density(x);
  }
  return x;
}

template <class T>
struct Unary {
  UnaryOp op;
  int order;
  __device__ T operator()(T at) const {
    const double x = static_cast<Compute<T>>(at);
    const double y =
        order == 0 ? value_of(op, x) : (order == 1 ? slope_of(op, x) : curvature_of(op, x));
    return static_cast<T>(static_cast<Compute<T>>(y));
  }
};

}  // namespace

template <class T>
void launch_unary(UnaryOp op, int order, const T* x, T* y, std::int64_t n, cudaStream_t stream) {
  map(n, stream, Unary<T>{op, order}, y, x);
}

#define SY_INSTANTIATE(T) \
  template void launch_unary(UnaryOp, int, const T*, T*, std::int64_t, cudaStream_t);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
