#pragma once
// The tensors of this rank that a checkpoint holds, and their form in files.

#include <string>
#include <vector>

#include "model/state.hpp"
#include "train/sgd.hpp"

namespace switchyard {

/// A tensor to be written, or to be replaced by what is read.
struct TensorSlot {
  std::string name;
  Tensor* tensor;
  bool sharded;  ///< an expert's: only its owners have it
};

/// Parameters, then buffers. The slots refer to the state.
std::vector<TensorSlot> model_slots(ModelState& state);
/// Momenta, under the names of their parameters.
std::vector<TensorSlot> optimizer_slots(ModelState& state, Sgd& optimizer);

/// A host copy in PyTorch's layout.
Tensor copy_for_file(Backend& backend, Allocator& host, const Tensor& x);
/// The backend's tensor of a host tensor in PyTorch's layout, converted to `dtype`.
Tensor copy_from_file(Backend& backend, Allocator& host, const Tensor& x, DType dtype);

}  // namespace switchyard
