#pragma once
// Random directions through a model's parameters.

#include <cstdint>
#include <span>

#include "base/config/field.hpp"
#include "parallel/parameter_space.hpp"

namespace switchyard {

/// How long a random direction is. `filter` (Li et al. 2018, "Visualizing the Loss Landscape of
/// Neural Nets", section 4): each filter of a convolution and each row of a matrix is as long as
/// the model's own, and biases and the parameters of batch norm stay where they are.
enum class DirectionScale { unit, filter };
inline constexpr Choice<DirectionScale> direction_scale_choices[] = {
    {DirectionScale::unit, "unit"}, {DirectionScale::filter, "filter"}};

/// The number-th random direction of `seed`, of independent normal entries; a vector of the space,
/// the same on every grid. Collective.
Tensor random_direction(ParameterSpace& space, DirectionScale scale, std::uint64_t seed,
                        std::uint64_t number);

/// Makes each direction, in place, one of length 1 that is orthogonal to those before it; the first
/// keeps its line. One that lies in the span of those before it is an Error(bad_usage). Collective.
void orthonormalise(const VectorSpace& vectors, std::span<Tensor> directions);

}  // namespace switchyard
