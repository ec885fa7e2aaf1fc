// Functions of one variable and their derivatives, evaluated in double.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

using Function = double (*)(double);

double sigmoid(double x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1 + e);
}

// s (1 - s), without cancellation where s is near 1.
double sigmoid_slope(double x) {
  return sigmoid(x) * sigmoid(-x);
}

double normal_density(double x) {
  return std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

// f, f' and f''.
struct Derivatives {
  Function order[3];
};

constexpr Derivatives exp_family = {{[](double x) { return std::exp(x); },
                                     [](double x) { return std::exp(x); },
                                     [](double x) { return std::exp(x); }}};
constexpr Derivatives log_family = {{[](double x) { return std::log(x); },
                                     [](double x) { return 1 / x; },
                                     [](double x) { return -1 / (x * x); }}};
constexpr Derivatives reciprocal_family = {{[](double x) { return 1 / x; },
                                            [](double x) { return -1 / (x * x); },
                                            [](double x) { return 2 / (x * x * x); }}};
constexpr Derivatives square_family = {
    {[](double x) { return x * x; }, [](double x) { return 2 * x; }, [](double) { return 2.0; }}};
constexpr Derivatives sqrt_family = {
    {[](double x) { return std::sqrt(x); },
     [](double x) { return x == 0 ? 0.0 : 0.5 / std::sqrt(x); },
     [](double x) { return x == 0 ? 0.0 : -0.25 / (x * std::sqrt(x)); }}};
constexpr Derivatives softplus_family = {
    {[](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }, sigmoid,
     sigmoid_slope}};
constexpr Derivatives sigmoid_family = {{sigmoid, sigmoid_slope, [](double x) {
                                           return sigmoid_slope(x) * (sigmoid(-x) - sigmoid(x));
                                         }}};
constexpr Derivatives normal_cdf_family = {
    {[](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }, normal_density,
     [](double x) { return -x * normal_density(x); }}};

const Derivatives& derivatives(UnaryOp op) {
  switch (op) {
    case UnaryOp::exp:
      return exp_family;
    case UnaryOp::log:
      return log_family;
    case UnaryOp::reciprocal:
      return reciprocal_family;
    case UnaryOp::square:
      return square_family;
    case UnaryOp::sqrt:
      return sqrt_family;
    case UnaryOp::softplus:
      return softplus_family;
    case UnaryOp::sigmoid:
      return sigmoid_family;
    case UnaryOp::normal_cdf:
      return normal_cdf_family;
  }
  fail(ExitCode::run_failed, "unknown elementwise function");
}

}  // namespace

Tensor RefBackend::unary(UnaryOp op, int order, const Tensor& x) {
  SY_REQUIRE(0 <= order && order <= 2, ExitCode::run_failed,
             "derivatives of orders 0 to 2 are known (asked for {})", order);
  const Function f = derivatives(op).order[order];
  Tensor y = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    std::ranges::transform(x.span<T>(), y.data<T>(),
                           [f](T v) { return static_cast<T>(f(static_cast<double>(v))); });
  });
  return y;
}

}  // namespace switchyard
