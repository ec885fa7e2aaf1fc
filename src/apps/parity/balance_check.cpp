#include "apps/parity/balance_check.hpp"

#include "apps/parity/compare_model.hpp"
#include "model/balance_losses.hpp"
#include "ops/arithmetic.hpp"

namespace switchyard::parity {
namespace {

class BalanceCheck {
 public:
  BalanceCheck(Comparison& comparison, Subject& subject, const BalanceInputs& inputs)
      : comparison_(comparison), subject_(subject), inputs_(inputs) {}

  /// `loss(tape, routing)` is the loss that the fixture calls aux.<tag>.
  template <class Loss>
  void check(const std::string& tag, Loss&& loss) {
    const std::string name = "aux." + tag;
    if (!comparison_.fixture().contains(name)) return;
    Tape tape(subject_.backend(), Recording::on);
    ForwardContext context =
        subject_.context(tape, inputs_.mode, inputs_.samples, inputs_.gate_noise);
    Variable h = tape.input(inputs_.features);
    HeadOutput output = subject_.model().forward_head(context, h);
    Variable value = loss(tape, *output.routing);
    comparison_.shared(name, value.value());

    double ranks = subject_.batch().ranks();
    subject_.differentiate(tape, scale(tape, value, 1.0 / ranks));
    Tensor grad_h = tape.gradient(h).value;
    if (!grad_h) grad_h = subject_.backend().zeros(h.shape(), h.dtype());
    comparison_.rows(name + ".grad_h", grad_h, inputs_.samples.share);
    compare_gradients(comparison_, name + ".grad.", subject_);
  }

  /// Load estimates of `clean` logits under noise of scale `noise_std`, both (b,E).
  LoadEstimate estimate(Tape& tape, const std::string& tag, const Variable& clean,
                        const Variable& noise_std) {
    LoadEstimate estimate = estimate_load(tape, clean, noise_std, inputs_.load_noise,
                                          subject_.head().active_experts(), subject_.batch());
    const std::string name = "aux." + tag;
    comparison_.rows(name + ".P", estimate.probability.value(), inputs_.samples.share);
    comparison_.rows(name + ".kth_excluding", estimate.threshold.value(), inputs_.samples.share);
    comparison_.shared(name + ".load", estimate.load.value());
    return estimate;
  }

 private:
  Comparison& comparison_;
  Subject& subject_;
  const BalanceInputs& inputs_;
};

}  // namespace

void check_balance(Comparison& comparison, Subject& subject, const BalanceInputs& inputs) {
  BalanceCheck checks(comparison, subject, inputs);
  BatchReducer& reducer = subject.batch();
  std::int64_t batch = inputs.samples.batch;
  checks.check("importance_cv2", [&](Tape& tape, const Routing& routing) {
    return importance_loss(tape, routing.probs, reducer);
  });
  checks.check("load_authors_cv2", [&](Tape& tape, const Routing& routing) {
    return importance_as_load_loss(tape, routing.probs, reducer);
  });
  checks.check("kl_authors", [&](Tape& tape, const Routing& routing) {
    return kl_reverse_scaled_loss(tape, routing.probs, batch, reducer);
  });
  checks.check("kl_textbook", [&](Tape& tape, const Routing& routing) {
    return kl_forward_loss(tape, routing.probs, batch, reducer);
  });
  checks.check("load_raw.cv2", [&](Tape& tape, const Routing& routing) {
    Variable without_floor = add_scalar(tape, routing.noise_std, -subject.head().gate_noise_floor);
    return smooth_load_loss(tape,
                            checks.estimate(tape, "load_raw", routing.gate_logits, without_floor));
  });
  checks.check("load_gate.cv2", [&](Tape& tape, const Routing& routing) {
    return smooth_load_loss(
        tape, checks.estimate(tape, "load_gate", routing.clean_logits, routing.noise_std));
  });
}

}  // namespace switchyard::parity
