#pragma once
// Every derivative of an op against central differences.

#include "ops/derivatives/op_case.hpp"

namespace switchyard::test {

/// Checks, at a random point and along directions in all inputs, in each input alone (the others'
/// tangents undefined) and, with several ranks, in the last rank's own inputs alone:
///   vjp, jvp and H v against central differences, to 1e-7;
///   <u, H v> = <v, H u>, to 1e-10;
///   that values and gradients are the same with and without probes, and a probe's results the
///   same alone and beside another, to 1e-12.
/// With several ranks what is differentiated is the sum over ranks; collective.
void check_derivatives(Backend& backend, const OpCase& op, const Ranks& ranks = {});

}  // namespace switchyard::test
