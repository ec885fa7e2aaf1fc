#pragma once
// Whether two models are the same.

#include <string>

#include "model/state.hpp"
#include "parallel/grid.hpp"

namespace switchyard {

/// A checksum of the names and values of all parameters and running statistics, the same on every
/// grid and in every precision that holds the values exactly: 16 hexadecimal digits. Collective.
std::string fingerprint(ModelState& state, const ProcessGrid& grid);

}  // namespace switchyard
