#include "model/rounded_weights.hpp"

#include "ops/arithmetic.hpp"

namespace switchyard {

// What is recorded last is differentiated first: a weight's cast is recorded where it is used.
Variable RoundedWeights::operator[](Parameter& weight) {
  Variable x = tape_.parameter(weight);
  if (x.dtype() == dtype_ || tape_.probes() > 0) return cast(tape_, x, dtype_);
  if (rounded_.empty()) round();
  return cast_as(tape_, x, rounded_.at(&weight));
}

void RoundedWeights::round() {
  std::vector<Tensor> values;
  for (const Parameter* weight : weights_) values.push_back(weight->value);
  auto rounded = tape_.backend().convert_all(values, dtype_);
  for (std::size_t i = 0; i < rounded.size(); ++i)
    rounded_.emplace(weights_[i], std::move(rounded[i]));
}

}  // namespace switchyard
