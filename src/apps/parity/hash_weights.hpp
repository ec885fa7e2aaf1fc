#pragma once
// Tensors that the full-size fixtures do not store: a hash of (seed, tensor name, element index),
// with the splitmix64 finaliser as mixer. Everything is in host memory and file layout.
//
// key = mix(seed * golden + fnv1a(name)), r_i = mix(key + (i + 1) * golden), and
// u_i = (2 (r_i >> 40) + 1 - 2^24) / 2^24, in (-1, 1) and exact in float32.

#include <cstdint>
#include <string>

#include "apps/parity/fixture.hpp"

namespace switchyard::parity {

class HashWeights {
 public:
  /// By the fixture's metadata `seed`.
  explicit HashWeights(const Fixture& fixture)
      : seed_(static_cast<std::uint64_t>(fixture.number("seed"))) {}
  explicit HashWeights(std::uint64_t seed) : seed_(seed) {}

  /// A parameter or running statistic, f32, by the rule for its name and rank.
  Tensor state(const std::string& name, const Shape& shape) const;
  /// The direction v of a parameter, f32: signs.
  Tensor direction(const std::string& parameter, const Shape& shape) const;
  /// Images (batch,3,32,32) f32: noise on a coarse 4x4 pattern.
  Tensor images(std::int64_t batch) const;
  /// Labels (batch) i64 of ten classes.
  Tensor labels(std::int64_t batch) const;

 private:
  std::uint64_t seed_;
};

}  // namespace switchyard::parity
