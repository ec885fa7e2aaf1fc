#include <vector>

#include "apps/parity/checks.hpp"
#include "apps/parity/compare_model.hpp"
#include "apps/parity/fixture_model.hpp"
#include "apps/parity/objectives.hpp"
#include "train/sgd.hpp"

namespace switchyard::parity {
namespace {

struct Variant {
  std::string name;
  ObjectiveConfig objective;
};

SgdConfig sgd_config(const Fixture& fixture) {
  return {.learning_rate = fixture.number("lr", 0.1),
          .momentum = fixture.number("momentum", 0.9),
          .weight_decay = fixture.number("weight_decay", 5e-4)};
}

void check_variant(Comparison& comparison, const Machine& machine, const Variant& variant) {
  const Fixture& fixture = comparison.fixture();
  FixtureModel model = read_model(fixture);
  Subject subject(machine, model.config, model.weights);
  SgdConfig config = sgd_config(fixture);
  Sgd sgd(subject.state(), config);

  std::vector<double> losses, cross_entropies;
  for (std::int64_t t = 0; t < fixture.shape(variant.name + ".loss").at(0); ++t) {
    const std::string prefix = fmt::format("step{}.", t);
    Samples samples = read_samples(fixture, prefix, machine);
    Tensor noise = read_rows(fixture, prefix + "noise", samples.share, machine);
    Tape tape(machine.backend, Recording::on);
    ForwardContext context = subject.context(tape, Mode::train, samples, noise);
    HeadOutput output = subject.forward(context, samples).head;
    auto objective = [&](const ObjectiveConfig& config) {
      return training_objective(context, output, samples.labels, samples.batch, subject.head(),
                                config)
          .share;
    };
    cross_entropies.push_back(subject.total(objective(cross_entropy_objective())));
    Variable share = objective(variant.objective);
    losses.push_back(subject.total(share));
    if (output.routing && output.routing->chosen)
      comparison.rows(variant.name + ".topk_idx", output.routing->chosen, samples.share, t);
    subject.differentiate(tape, share);
    sgd.step(config.learning_rate);
  }
  comparison.shared(variant.name + ".loss", losses);
  comparison.shared(variant.name + ".loss_ce", cross_entropies);
  compare_state(comparison, variant.name + ".after.", subject);
}

}  // namespace

void check_sgd(const Fixture& fixture, const Machine& machine, Report& report) {
  Comparison comparison(fixture, machine, report);
  for (const Variant& variant :
       {Variant{"ce", cross_entropy_objective()}, Variant{"authors", authors_objective(fixture)},
        Variant{"paper", paper_objective(fixture)}})
    if (fixture.contains(variant.name + ".loss")) check_variant(comparison, machine, variant);
}

}  // namespace switchyard::parity
