#pragma once
// The objectives that fixtures are made with.

#include "apps/parity/fixture.hpp"
#include "model/objective.hpp"

namespace switchyard::parity {

/// With the balance losses that the published code uses; coefficients from the metadata.
ObjectiveConfig authors_objective(const Fixture& fixture);
/// With those that the paper describes.
ObjectiveConfig paper_objective(const Fixture& fixture);

}  // namespace switchyard::parity
