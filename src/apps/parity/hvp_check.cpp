#include "apps/parity/checks.hpp"
#include "apps/parity/compare_model.hpp"
#include "apps/parity/fixture_model.hpp"
#include "apps/parity/hessian.hpp"

namespace switchyard::parity {

void check_hvp(const Fixture& fixture, const Machine& machine, Report& report) {
  FixtureModel model = read_model(fixture);
  Subject subject(machine, model.config, model.weights);
  // The batch is that of the case's evaluation.
  Fixture batch(fixture.path().parent_path() / (fixture.case_name() + ".eval.safetensors"));
  Samples samples = read_samples(batch, "", machine);
  AlongDirection along = differentiate_along(
      subject, samples,
      [&](const std::string& name, const Shape&) { return fixture.read("v." + name); });

  Comparison comparison(fixture, machine, report);
  comparison.shared("loss", {along.loss});
  compare_hessian_products(comparison, "hv.", subject);
  comparison.shared("vhv", {along.curvature});
  comparison.shared("grad_dot_v", {along.slope}, along.gradient_norm);
}

}  // namespace switchyard::parity
