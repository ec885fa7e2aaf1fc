#pragma once
// A trainable tensor under its PyTorch name.

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "ops/dual.hpp"

namespace switchyard {

struct Parameter {
  std::string name;                ///< "backbone.layer1.0.conv1.weight"
  std::optional<ExpertId> expert;  ///< whose it is; none: replicated on every rank
  bool fixed = false;              ///< a constant to differentiation: no gradient is wanted
  Tensor value;                    ///< rank 4 is a convolution weight, (O,KH,KW,I)
  std::vector<Tensor> tangents;    ///< seeded directions v, one a probe; empty in training
  Dual grad;                       ///< after a backward pass; its tangents are then H v

  Dual dual() const { return Dual(value, tangents); }
};

}  // namespace switchyard
