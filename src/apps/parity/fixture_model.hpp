#pragma once
// The model that a fixture is of: its configuration and its weights.

#include "apps/parity/fixture.hpp"
#include "model/config.hpp"

namespace switchyard::parity {

struct FixtureModel {
  ModelConfig config;
  TensorSource weights;
};

/// From the metadata, and `<case>.model.safetensors` beside the fixture; full-size cases carry a
/// few tensors themselves and hash the others. The fixture must outlive the result.
FixtureModel read_model(const Fixture& fixture);

}  // namespace switchyard::parity
