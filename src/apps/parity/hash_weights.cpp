#include "apps/parity/hash_weights.hpp"

#include <cmath>
#include <string_view>

namespace switchyard::parity {
namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15u;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325u;
  for (unsigned char byte : text) h = (h ^ byte) * 0x100000001B3u;
  return h;
}

class Stream {
 public:
  Stream(std::uint64_t seed, std::string_view name) : key_(mix(seed * kGolden + fnv1a(name))) {}

  std::uint64_t word(std::size_t i) const { return mix(key_ + (i + 1) * kGolden); }
  double uniform(std::size_t i) const {
    constexpr std::int64_t one = 1 << 24;
    return static_cast<double>(2 * static_cast<std::int64_t>(word(i) >> 40) + 1 - one) / one;
  }

 private:
  std::uint64_t key_;
};

template <class T, class F>
Tensor filled(const Shape& shape, F&& element) {
  Tensor x(*make_host_allocator(), shape, dtype_of<T>());
  auto elements = x.span<T>();
  for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<T>(element(i));
  return x;
}

/// Elements are centre + spread * u.
struct Law {
  double centre;
  double spread;
};

Law law_of(std::string_view name, const Shape& shape) {
  if (name.ends_with(".running_mean")) return {0.0, 0.1};
  if (name.ends_with(".running_var")) return {1.0, 0.25};
  if (name.ends_with(".bias")) return {0.0, 0.1};
  if (shape.size() > 1)
    return {0.0, std::sqrt(6.0 / static_cast<double>(count_elements(shape) / shape[0]))};
  if (name.ends_with(".bn2.weight")) return {0.5, 0.125};
  return {1.0, 0.25};
}

}  // namespace

Tensor HashWeights::state(const std::string& name, const Shape& shape) const {
  Stream stream(seed_, name);
  Law law = law_of(name, shape);
  return filled<float>(shape,
                       [&](std::size_t i) { return law.centre + law.spread * stream.uniform(i); });
}

Tensor HashWeights::direction(const std::string& parameter, const Shape& shape) const {
  Stream stream(seed_, "v:" + parameter);
  return filled<float>(shape, [&](std::size_t i) { return stream.word(i) >> 63 ? -1.0 : 1.0; });
}

Tensor HashWeights::images(std::int64_t batch) const {
  Stream fine(seed_, "input"), coarse(seed_, "input_lo");
  return filled<float>({batch, 3, 32, 32}, [&](std::size_t i) {
    std::size_t plane = i / 1024, row = i / 32 % 32, column = i % 32;
    return fine.uniform(i) + 2.0 * coarse.uniform(plane * 16 + row / 8 * 4 + column / 8);
  });
}

Tensor HashWeights::labels(std::int64_t batch) const {
  Stream stream(seed_, "label");
  return filled<std::int64_t>({batch}, [&](std::size_t i) { return (stream.word(i) >> 32) % 10; });
}

}  // namespace switchyard::parity
