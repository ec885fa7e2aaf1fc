#include "apps/parity/kinks.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "ops/forwarding_backend.hpp"

namespace switchyard::parity {
namespace {

// Outputs up to this part of the largest may belong to either branch.
constexpr float kNextToZero = 1e-5f;

// Makes y (f32, host) take the branches of the logged output.
void follow(const Tensor& logged, Tensor& y, KinkLog& log) {
  SY_REQUIRE(logged.shape() == y.shape(), ExitCode::run_failed,
             "the runs in double and in float do not compute the same ReLUs ({} and {})",
             to_string(logged.shape()), to_string(y.shape()));
  auto reference = logged.span<float>();
  auto out = y.span<float>();
  if (out.empty()) return;
  const float bound = kNextToZero * std::ranges::max(reference);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if ((out[i] > 0) == (reference[i] > 0) || std::max(out[i], reference[i]) > bound) continue;
    out[i] = reference[i] > 0 ? std::numeric_limits<float>::min() : 0.0f;
    ++log.changed;
  }
}

// Inference has no gradients to jump: what prepare_conv2d() gives stays as it is.
class KinkBackend final : public ForwardingBackend {
 public:
  KinkBackend(Backend& inner, KinkUse use, KinkLog& log)
      : ForwardingBackend(inner), use_(use), log_(log) {}

  Tensor relu(const Tensor& x) override {
    // Of vectors (batch statistics in double, mean routing) it is a lower bound, not an activation.
    return watched(inner().relu(x), x.rank() == 1 ? Activation::none : Activation::relu);
  }
  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override {
    return watched(inner().batch_norm_apply(x, moments, gamma, beta, residual, act), act);
  }
  Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) override {
    return watched(inner().linear(x, w, bias, act), act);
  }
  Tensor grouped_linear(const Tensor& x, const Tensor& offsets, std::span<const Tensor> weights,
                        std::span<const Tensor> biases, Activation act) override {
    return watched(inner().grouped_linear(x, offsets, weights, biases, act), act);
  }

 private:
  Tensor on_host(const Tensor& y) {
    Tensor copy(*host_, y.shape(), DType::f32);
    inner().to_host(inner().convert(y, DType::f32), copy.raw());
    return copy;
  }

  Tensor watched(Tensor y, Activation act) {
    if (act == Activation::none) return y;
    Tensor copy = on_host(y);
    if (use_ == KinkUse::record) {
      log_.outputs.push_back(copy);
      return y;
    }
    follow(log_.outputs.at(log_.next++), copy, log_);
    inner().upload(copy.raw(), y);
    return y;
  }

  KinkUse use_;
  KinkLog& log_;
  std::shared_ptr<Allocator> host_ = make_host_allocator();
};

}  // namespace

std::unique_ptr<Backend> make_kink_backend(Backend& inner, KinkUse use, KinkLog& log) {
  return std::make_unique<KinkBackend>(inner, use, log);
}

}  // namespace switchyard::parity
