#pragma once
// What the kernels of routers ask of their arguments before they touch memory.

#include <string_view>

#include "ops/kernel_types.hpp"

namespace switchyard::ref {

/// x, where it is defined, has the shape and type of `like`.
void expect_like(const Tensor& x, std::string_view name, const Tensor& like);

/// Logits (B,E) and what goes with them; noise whole or not at all; a standard deviation where one
/// is asked for.
void expect_routable(const TopKInputs& inputs, const TopKSpec& spec);

}  // namespace switchyard::ref
