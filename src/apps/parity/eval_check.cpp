#include "apps/parity/balance_check.hpp"
#include "apps/parity/checks.hpp"
#include "apps/parity/compare_model.hpp"
#include "apps/parity/fixture_model.hpp"
#include "apps/parity/objectives.hpp"

namespace switchyard::parity {
namespace {

// The balance losses want the gate's noise scale, which evaluation has only with its noise on: it
// is on with a noise of zero, which leaves the routing as it is without.
void check_eval_balance(Comparison& comparison, const Machine& machine, FixtureModel model,
                        const Samples& samples, const Tensor& features) {
  model.config.head.eval_gate_noise = true;
  Subject subject(machine, model.config, model.weights);
  Tensor no_noise =
      machine.backend.zeros({samples.share.size(), subject.head().experts}, machine.dtype);
  Tape tape(machine.backend, Recording::off);
  HeadOutput output = subject.model().forward_head(
      subject.context(tape, Mode::eval, samples, no_noise), tape.constant(features));
  if (output.routing->noise_std.value())
    comparison.rows("noise_std", output.routing->noise_std.value(), samples.share);

  Tensor load_noise = read_rows(comparison.fixture(), "load_noise", samples.share, machine);
  check_balance(comparison, subject, {samples, Mode::eval, features, no_noise, load_noise});
}

}  // namespace

void check_eval(const Fixture& fixture, const Machine& machine, Report& report) {
  FixtureModel model = read_model(fixture);
  Subject subject(machine, model.config, model.weights);
  Samples samples = read_samples(fixture, "", machine);

  Tape untaped(machine.backend, Recording::off);
  Comparison inference(fixture, machine, report, "inference.");
  compare_outputs(inference, "",
                  subject.forward(subject.context(untaped, Mode::eval, samples), samples),
                  samples.share);

  Tape tape(machine.backend, Recording::on);
  ForwardContext context = subject.context(tape, Mode::eval, samples);
  Classifier::Output output = subject.forward(context, samples);
  Comparison comparison(fixture, machine, report);
  compare_outputs(comparison, "", output, samples.share);
  Objective objective = training_objective(context, output.head, samples.labels, samples.batch,
                                           subject.head(), cross_entropy_objective());
  comparison.shared("loss", {subject.total(objective.share)});
  subject.differentiate(tape, objective.share);
  compare_gradients(comparison, "grad.", subject);
  if (subject.head().is_moe())
    check_eval_balance(comparison, machine, model, samples, output.features.value());
}

}  // namespace switchyard::parity
