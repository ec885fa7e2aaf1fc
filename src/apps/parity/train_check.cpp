#include "apps/parity/balance_check.hpp"
#include "apps/parity/checks.hpp"
#include "apps/parity/compare_model.hpp"
#include "apps/parity/fixture_model.hpp"
#include "apps/parity/objectives.hpp"

namespace switchyard::parity {

void check_train(const Fixture& fixture, const Machine& machine, Report& report) {
  FixtureModel model = read_model(fixture);
  Subject subject(machine, model.config, model.weights);
  Samples samples = read_samples(fixture, "", machine);
  Tensor noise = read_rows(fixture, "noise", samples.share, machine);

  Tape tape(machine.backend, Recording::on);
  ForwardContext context = subject.context(tape, Mode::train, samples, noise);
  Classifier::Output output = subject.forward(context, samples);
  Comparison comparison(fixture, machine, report);
  compare_outputs(comparison, "", output, samples.share);
  compare_state(comparison, "after.", subject);

  auto objective = [&](const ObjectiveConfig& config) {
    return training_objective(context, output.head, samples.labels, samples.batch, subject.head(),
                              config)
        .share;
  };
  Variable cross_entropy = objective(cross_entropy_objective());
  comparison.shared("loss_ce", {subject.total(cross_entropy)});
  if (subject.head().is_moe()) {
    comparison.shared("loss_total_authors", {subject.total(objective(authors_objective(fixture)))});
    comparison.shared("loss_total_paper", {subject.total(objective(paper_objective(fixture)))});
  }
  subject.differentiate(tape, cross_entropy);
  compare_gradients(comparison, "grad.", subject);
  if (subject.head().is_moe())
    check_balance(comparison, subject,
                  {samples, Mode::train, output.features.value(), noise, noise});
}

}  // namespace switchyard::parity
