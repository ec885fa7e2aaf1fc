#pragma once
// Outputs, gradients and tensors of the model under test against a fixture's.

#include <string>

#include "apps/parity/comparison.hpp"
#include "apps/parity/subject.hpp"

namespace switchyard::parity {

/// Features, logits and what the router decided; `prefix` goes before the fixture's names.
void compare_outputs(Comparison& comparison, const std::string& prefix,
                     const Classifier::Output& output, Share share);
/// The gradient of every parameter that has one under `prefix`.
void compare_gradients(Comparison& comparison, const std::string& prefix, Subject& subject);
/// The Hessian-vector product, likewise.
void compare_hessian_products(Comparison& comparison, const std::string& prefix, Subject& subject);
/// Parameters and buffers as they are now, likewise.
void compare_state(Comparison& comparison, const std::string& prefix, Subject& subject);

}  // namespace switchyard::parity
