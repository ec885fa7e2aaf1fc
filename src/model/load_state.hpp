#pragma once
// A model's tensors from elsewhere: a checkpoint, a reference file, a formula.

#include <functional>
#include <string>

#include "model/state.hpp"

namespace switchyard {

/// The tensor of that name, in host memory and file layout; undefined where the source has none.
/// `shape` is the one that the model expects, for sources that compute their tensors.
using TensorSource = std::function<Tensor(const std::string& name, const Shape& shape)>;

/// Fills this rank's parameters and buffers in place, converting to their types. A tensor that is
/// missing or has another shape is an Error(bad_data) naming it. Blocking.
void load_state(ModelState& state, const TensorSource& source);

}  // namespace switchyard
