#pragma once
// Hessian-vector products of the evaluation-mode cross-entropy.

#include "apps/parity/subject.hpp"

namespace switchyard::parity {

/// Leaves the gradient g in every parameter's grad and H v in its tangent, with v in `tangents`;
/// `direction` gives v by parameter. Returns the loss. Collective.
double differentiate_along(Subject& subject, const Samples& samples, const TensorSource& direction);

/// v'Hv, g'v and |g| of what it left, over the whole model. Collective.
double curvature_along(Subject& subject);
double slope_along(Subject& subject);
double gradient_norm(Subject& subject);

}  // namespace switchyard::parity
