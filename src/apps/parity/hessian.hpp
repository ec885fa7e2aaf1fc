#pragma once
// Gradient and Hessian-vector product of the evaluation-mode cross-entropy.

#include "apps/parity/subject.hpp"

namespace switchyard::parity {

/// Numbers of the whole model for a direction v, with gradient g and Hessian H.
struct AlongDirection {
  double loss = 0;
  double curvature = 0;      ///< v'Hv
  double slope = 0;          ///< g'v
  double gradient_norm = 0;  ///< |g|
};

/// Leaves g in every parameter's grad and H v in its tangent; `direction` gives v by parameter.
/// Collective.
AlongDirection differentiate_along(Subject& subject, const Samples& samples,
                                   const TensorSource& direction);

}  // namespace switchyard::parity
