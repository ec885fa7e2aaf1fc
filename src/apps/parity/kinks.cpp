#include "apps/parity/kinks.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "ops/cpu/cpu_backend.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard::parity {
namespace {

// Outputs up to this part of the largest may belong to either branch.
constexpr float kNextToZero = 1e-5f;

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

template <class Base>
class KinkBackend final : public Base {
 public:
  KinkBackend(KinkUse use, KinkLog& log) : use_(use), log_(log) {}

  Tensor relu(const Tensor& x) override {
    // Of vectors (batch statistics in double, mean routing) it is a lower bound, not an activation.
    if (x.rank() == 1) return Base::relu(x);
    return outermost([&] { return Base::relu(x); });
  }
  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override {
    auto apply = [&] { return Base::batch_norm_apply(x, moments, gamma, beta, residual, act); };
    return act == Activation::relu ? outermost(apply) : apply();
  }

  std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                 Conv2dSpec spec, Activation act) override {
    return std::make_unique<Unlogged>(Base::prepare_conv2d(w, bias, spec, act), inside_);
  }

 private:
  // Inference has no gradients to jump, and may or may not use relu().
  class Unlogged final : public PreparedConv2d {
   public:
    Unlogged(std::unique_ptr<PreparedConv2d> conv, bool& inside)
        : conv_(std::move(conv)), inside_(inside) {}
    Tensor run(const Tensor& x, const Tensor& residual) override {
      return within(inside_, [&] { return conv_->run(x, residual); });
    }

   private:
    std::unique_ptr<PreparedConv2d> conv_;
    bool& inside_;
  };

  template <class F>
  static Tensor within(bool& inside, F&& kernel) {
    bool before = std::exchange(inside, true);
    Tensor y = kernel();
    inside = before;
    return y;
  }

  // A kernel may be made of others.
  template <class F>
  Tensor outermost(F&& kernel) {
    if (inside_) return kernel();
    Tensor y = within(inside_, kernel);
    if (use_ == KinkUse::record)
      log_.outputs.push_back(this->convert(y, DType::f32));
    else
      follow(log_.outputs.at(log_.next++), y, log_);
    return y;
  }

  KinkUse use_;
  KinkLog& log_;
  bool inside_ = false;
};

}  // namespace

std::unique_ptr<Backend> make_kink_backend(BackendKind kind, KinkUse use, KinkLog& log) {
  if (kind == BackendKind::ref) return std::make_unique<KinkBackend<RefBackend>>(use, log);
  return std::make_unique<KinkBackend<CpuBackend>>(use, log);
}

}  // namespace switchyard::parity
