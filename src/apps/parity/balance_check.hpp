#pragma once
// The balance losses of one batch, and their gradients by the features and the gate.

#include "apps/parity/comparison.hpp"
#include "apps/parity/subject.hpp"

namespace switchyard::parity {

struct BalanceInputs {
  const Samples& samples;
  Mode mode;
  Tensor features;    ///< h (b,D), held independent of the backbone
  Tensor gate_noise;  ///< (b,E), of the routing; undefined for a soft mixture
  Tensor load_noise;  ///< (b,E), of the load estimators
};

/// Compares `aux.<tag>` and what is under it, for every tag that the fixture has. The subject's
/// router must give its noise scale in this mode. Collective.
void check_balance(Comparison& comparison, Subject& subject, const BalanceInputs& inputs);

}  // namespace switchyard::parity
