#pragma once
// What is checked of each kind of fixture.

#include "apps/parity/fixture.hpp"
#include "apps/parity/machine.hpp"
#include "apps/parity/report.hpp"

namespace switchyard::parity {

/// Computes everything that the fixture holds and adds it to the report. Collective.
void check_fixture(const Fixture& fixture, const Machine& machine, Report& report);

/// Forward in evaluation mode with and without a tape, gradients, balance losses.
void check_eval(const Fixture& fixture, const Machine& machine, Report& report);
/// A Hessian-vector product.
void check_hvp(const Fixture& fixture, const Machine& machine, Report& report);
/// Forward and backward in training mode, running statistics, balance losses, objectives.
void check_train(const Fixture& fixture, const Machine& machine, Report& report);
/// A few steps of SGD under each objective.
void check_sgd(const Fixture& fixture, const Machine& machine, Report& report);
/// A full-size model with hashed weights: the above in norms and inner products.
void check_full(const Fixture& fixture, const Machine& machine, Report& report);

}  // namespace switchyard::parity
