#include "train/checkpoint/tensor_slots.hpp"

namespace switchyard {

std::vector<TensorSlot> model_slots(ModelState& state) {
  std::vector<TensorSlot> slots;
  for (Parameter& p : state.parameters()) slots.push_back({p.name, &p.value, p.expert.has_value()});
  for (BufferTensor& b : state.buffers()) slots.push_back({b.name, &b.value, false});
  return slots;
}

std::vector<TensorSlot> optimizer_slots(ModelState& state, Sgd& optimizer) {
  std::vector<TensorSlot> slots;
  auto momentum = optimizer.momenta().begin();
  for (Parameter& p : state.parameters())
    slots.push_back({p.name, &*momentum++, p.expert.has_value()});
  return slots;
}

Tensor copy_for_file(Backend& backend, Allocator& host, const Tensor& x) {
  Tensor copy(host, x.shape(), x.dtype());
  backend.to_host(x, copy.raw());
  return to_file_layout(host, copy);
}

Tensor copy_from_file(Backend& backend, Allocator& host, const Tensor& x, DType dtype) {
  Tensor own = from_file_layout(host, x);
  Tensor copy = backend.from_host(own.raw(), own.shape(), own.dtype());
  return dtype == copy.dtype() ? copy : backend.convert(copy, dtype);
}

}  // namespace switchyard
