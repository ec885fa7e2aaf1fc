#pragma once
// Vectors over all parameters of the model, of which each rank holds the replicated part and its
// own experts. Replicated entries count once; expert entries are summed over their owners.

#include <functional>

#include "model/state.hpp"
#include "parallel/grid.hpp"

namespace switchyard {

/// The tensor that a vector has for a parameter.
using VectorPart = std::function<const Tensor&(const Parameter&)>;

/// <a, b> over the whole model, the same on every rank. Collective.
double sharded_dot(ModelState& state, const ProcessGrid& grid, const VectorPart& a,
                   const VectorPart& b);

}  // namespace switchyard
