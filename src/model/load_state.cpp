#include "model/load_state.hpp"

namespace switchyard {
namespace {

void load(Backend& backend, const std::string& name, Tensor& into, const TensorSource& source) {
  Shape expected = file_shape(into.shape());
  Tensor file = source(name, expected);
  SY_REQUIRE(file, ExitCode::bad_data,
             "the model's tensor {} is missing; is this file of the same model?", name);
  SY_REQUIRE(file.shape() == expected, ExitCode::bad_data,
             "the tensor {} has the shape {} (the model expects {}); is this file of the same "
             "model?",
             name, to_string(file.shape()), to_string(expected));
  auto host = make_host_allocator();
  Tensor x = from_file_layout(*host, file);
  if (x.dtype() != into.dtype()) {
    Tensor converted =
        backend.convert(backend.from_host(x.raw(), x.shape(), x.dtype()), into.dtype());
    x = Tensor(*host, converted.shape(), converted.dtype());
    backend.to_host(converted, x.raw());
  }
  backend.upload(x.raw(), into);
}

}  // namespace

void load_state(ModelState& state, const TensorSource& source) {
  for (Parameter& p : state.parameters()) load(state.backend(), p.name, p.value, source);
  for (BufferTensor& b : state.buffers()) load(state.backend(), b.name, b.value, source);
  state.mark_changed();
}

}  // namespace switchyard
