// Losses, computed in double.

#include <algorithm>
#include <cmath>

#include "ops/ref/check.hpp"
#include "ops/ref/loss_check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

void expect_labels_below(std::int64_t classes, const Tensor& labels) {
  for (std::int32_t label : labels.span<std::int32_t>())
    SY_REQUIRE(0 <= label && label < classes, ExitCode::run_failed,
               "label {} is not one of {} classes", label, classes);
}

// log softmax of one row of logits.
template <class T>
std::vector<double> log_probabilities(const T* x, std::int64_t classes) {
  const double shift = *std::max_element(x, x + classes);
  double total = 0;
  for (std::int64_t c = 0; c < classes; ++c) total += std::exp(x[c] - shift);
  std::vector<double> log_p(static_cast<std::size_t>(classes));
  for (std::int64_t c = 0; c < classes; ++c) log_p[c] = x[c] - shift - std::log(total);
  return log_p;
}

// (1 - smoothing) onehot + smoothing / C.
double target(std::int64_t column, std::int32_t label, std::int64_t classes, double smoothing) {
  return (column == label ? 1 - smoothing : 0) + smoothing / static_cast<double>(classes);
}

struct Moments {
  double mean = 0;
  double variance = 0;  ///< biased
};

template <class T>
Moments moments(std::span<const T> x) {
  Moments m;
  const auto n = static_cast<double>(x.size());
  for (T v : x) m.mean += v / n;
  for (T v : x) m.variance += (v - m.mean) * (v - m.mean) / n;
  return m;
}

}  // namespace

Tensor RefBackend::cross_entropy_sum(const Tensor& logits, const Tensor& labels, double smoothing) {
  ref::expect_classification(logits, labels);
  const std::int64_t classes = logits.dim(1);
  expect_labels_below(classes, labels);
  double sum = 0;
  dispatch_float(logits.dtype(), [&]<class T>() {
    for (std::int64_t r = 0; r < logits.dim(0); ++r) {
      const auto log_p = log_probabilities(logits.data<T>() + r * classes, classes);
      for (std::int64_t c = 0; c < classes; ++c) {
        const double q = target(c, labels.data<std::int32_t>()[r], classes, smoothing);
        if (q != 0) sum -= q * log_p[c];
      }
    }
  });
  return full({1}, logits.dtype(), sum);
}

Tensor RefBackend::cross_entropy_sum_grad(const Tensor& dy, const Tensor& logits,
                                          const Tensor& labels, double smoothing) {
  ref::expect_classification(logits, labels);
  ref::expect(dy, "the gradient of the sum", {1}, logits.dtype());
  const std::int64_t classes = logits.dim(1);
  expect_labels_below(classes, labels);
  Tensor dx = empty(logits.shape(), logits.dtype());
  dispatch_float(logits.dtype(), [&]<class T>() {
    for (std::int64_t r = 0; r < logits.dim(0); ++r) {
      const auto log_p = log_probabilities(logits.data<T>() + r * classes, classes);
      for (std::int64_t c = 0; c < classes; ++c) {
        const double q = target(c, labels.data<std::int32_t>()[r], classes, smoothing);
        dx.data<T>()[r * classes + c] = static_cast<T>(dy.data<T>()[0] * (std::exp(log_p[c]) - q));
      }
    }
  });
  return dx;
}

Tensor RefBackend::squared_cv(const Tensor& x, double eps) {
  ref::expect_entries(x);
  return dispatch_float(x.dtype(), [&]<class T>() {
    const Moments m = moments<T>(x.span<T>());
    return full({1}, x.dtype(), m.variance / ((m.mean + eps) * (m.mean + eps)));
  });
}

Tensor RefBackend::squared_cv_grad(const Tensor& dy, const Tensor& x, double eps) {
  ref::expect_entries(x);
  ref::expect(dy, "the gradient of the squared variation", {1}, x.dtype());
  Tensor dx = empty(x.shape(), x.dtype());
  dispatch_float(x.dtype(), [&]<class T>() {
    const Moments m = moments<T>(x.span<T>());
    const double scale = m.mean + eps;
    const double factor = 2 * dy.data<T>()[0] / (static_cast<double>(x.numel()) * scale * scale);
    for (std::int64_t i = 0; i < x.numel(); ++i)
      dx.data<T>()[i] = static_cast<T>(factor * (x.data<T>()[i] - m.mean - m.variance / scale));
  });
  return dx;
}

Tensor RefBackend::not_finite(const Tensor& x) {
  ref::expect(x, "the number", {1}, x.dtype());
  return dispatch_float(x.dtype(), [&]<class T>() {
    return full({1}, DType::f64, std::isfinite(x.data<T>()[0]) ? 0.0 : 1.0);
  });
}

}  // namespace switchyard
