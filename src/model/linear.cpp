#include <cmath>

#include "model/layers.hpp"
#include "ops/arithmetic.hpp"
#include "ops/linear.hpp"

namespace switchyard {

Linear::Linear(ModelState& state, const std::string& name, int in, int out,
               std::optional<ExpertId> expert) {
  Init init{Init::Kind::uniform, 1.0 / std::sqrt(in)};
  weight_ = &state.add_parameter(name + ".weight", {out, in}, init, expert);
  bias_ = &state.add_parameter(name + ".bias", {out}, init, expert);
}

Variable Linear::forward(Tape& tape, const Variable& x, Activation act) const {
  const Variable parameters[] = {tape.parameter(*weight_), tape.parameter(*bias_)};
  auto rounded = cast_all(tape, parameters, x.dtype());
  return linear(tape, x, rounded[0], rounded[1], act);
}

}  // namespace switchyard
