#pragma once
// The squared coefficient of variation.

#include "ops/tape.hpp"

namespace switchyard {

/// (population deviation / (mean + eps))^2 of the entries of x (E), E > 0. Shape (1).
Variable squared_cv(Tape& tape, const Variable& x, double eps);

}  // namespace switchyard
