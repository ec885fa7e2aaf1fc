#include "model/state.hpp"

#include <cstring>

#include "base/name_hash.hpp"

namespace switchyard {
namespace {

template <class Draw>
Tensor filled(Backend& backend, Shape shape, DType dtype, Draw draw) {
  std::vector<double> values(static_cast<std::size_t>(count_elements(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = draw(i);
  return backend.convert(backend.from_host(values.data(), std::move(shape), DType::f64), dtype);
}

Tensor initial_value(Backend& backend, const std::string& name, Shape shape, DType dtype, Init init,
                     std::uint64_t seed) {
  if (init.kind == Init::Kind::constant) return backend.full(std::move(shape), dtype, init.value);
  RandomStream stream(seed, RandomPurpose::parameter_init);
  // The name's hash is the sample's upper bits, the element its lower: distinct per tensor.
  std::uint64_t base = hash_name(name) << 32;
  return filled(backend, std::move(shape), dtype, [&](std::size_t i) {
    return init.kind == Init::Kind::normal ? init.value * stream.normal(base + i, 0)
                                           : init.value * (2.0 * stream.uniform(base + i, 0) - 1.0);
  });
}

// Moves dimension `from` of a rank-4 tensor to position `to`, keeping the others' order.
Tensor move_dimension(Allocator& host, const Tensor& x, int from, int to) {
  std::vector<int> order = {0, 1, 2, 3};
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  std::int64_t strides[4] = {x.dim(1) * x.dim(2) * x.dim(3), x.dim(2) * x.dim(3), x.dim(3), 1};
  Tensor y(host, {x.dim(order[0]), x.dim(order[1]), x.dim(order[2]), x.dim(order[3])}, x.dtype());
  std::size_t element = size_of(x.dtype());
  std::byte* out = y.raw();
  for (std::int64_t a = 0; a < y.dim(0); ++a)
    for (std::int64_t b = 0; b < y.dim(1); ++b)
      for (std::int64_t c = 0; c < y.dim(2); ++c)
        for (std::int64_t d = 0; d < y.dim(3); ++d, out += element) {
          std::int64_t at = a * strides[order[0]] + b * strides[order[1]] + c * strides[order[2]] +
                            d * strides[order[3]];
          std::memcpy(out, x.raw() + static_cast<std::size_t>(at) * element, element);
        }
  return y;
}

}  // namespace

Parameter& ModelState::add_parameter(std::string name, Shape shape, Init init,
                                     std::optional<ExpertId> expert) {
  Parameter& p = parameters_.emplace_back();
  p.value = initial_value(backend_, name, std::move(shape), dtype_, init, seed_);
  p.name = std::move(name);
  p.expert = expert;
  return p;
}

BufferTensor& ModelState::add_buffer(std::string name, Tensor value) {
  return buffers_.emplace_back(BufferTensor{std::move(name), std::move(value)});
}

Parameter* ModelState::find_parameter(const std::string& name) {
  for (auto& p : parameters_)
    if (p.name == name) return &p;
  return nullptr;
}

Tensor to_file_layout(Allocator& host, const Tensor& x) {
  return x.rank() == 4 ? move_dimension(host, x, 3, 1) : x;
}

Tensor from_file_layout(Allocator& host, const Tensor& x) {
  return x.rank() == 4 ? move_dimension(host, x, 1, 3) : x;
}

Shape file_shape(const Shape& s) {
  return s.size() == 4 ? Shape{s[0], s[3], s[1], s[2]} : s;
}

}  // namespace switchyard
