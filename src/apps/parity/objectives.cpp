#include "apps/parity/objectives.hpp"

namespace switchyard::parity {
namespace {

ObjectiveConfig with_coefficients(const Fixture& fixture) {
  ObjectiveConfig config;
  config.importance_weight = fixture.number("coef_importance", 0.1);
  config.load_weight = fixture.number("coef_load", 0.1);
  config.kl_weight = fixture.number("coef_softmoe_kl", 0.05);
  return config;
}

}  // namespace

ObjectiveConfig authors_objective(const Fixture& fixture) {
  ObjectiveConfig config = with_coefficients(fixture);
  config.load_loss = LoadLoss::importance;
  config.kl = KlForm::reverse_scaled;
  return config;
}

ObjectiveConfig paper_objective(const Fixture& fixture) {
  ObjectiveConfig config = with_coefficients(fixture);
  config.load_loss = LoadLoss::smooth;
  config.kl = KlForm::forward;
  return config;
}

}  // namespace switchyard::parity
