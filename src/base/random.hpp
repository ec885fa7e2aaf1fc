#pragma once
// Counter-based random numbers (Philox4x32-10, Salmon et al. 2011, from Random123).
//
// A number is a pure function of (seed, purpose, step, sample, coordinate): it does not depend on
// the rank that asks, on the order of asking, or on how a batch is split. Kernels on a GPU draw
// the same numbers (normal ones to rounding).

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "base/host_device.hpp"

namespace switchyard {

/// What a random number is for. Two purposes never share a stream. Append only: the values are
/// part of what a seed means.
enum class RandomPurpose : std::uint32_t {
  parameter_init = 0,
  epoch_shuffle = 1,
  crop = 2,
  flip = 3,
  gate_noise = 4,
  gate_input_dropout = 5,
  gate_logit_dropout = 6,
  hidden_dropout = 7,
  synthetic_data = 8,
  probe_vector = 9,
  routing_workload = 10,
};

/// One stream: all numbers of one purpose at one step.
class RandomStream {
 public:
  SY_HOST_DEVICE RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t step = 0)
      : step_(static_cast<std::uint32_t>(step)) {
    // The step's upper half joins the key: streams stay apart beyond 2^32 steps.
    std::uint64_t key = mix(mix(seed) ^ (static_cast<std::uint64_t>(purpose) << 32 ^ step >> 32));
    key_ = {{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
  }

  /// Four independent 32-bit words for this (sample, coordinate).
  SY_HOST_DEVICE std::array<std::uint32_t, 4> bits(std::uint64_t sample,
                                                   std::uint32_t coordinate) const {
    r123::Philox4x32 philox;
    r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(sample),
                                           static_cast<std::uint32_t>(sample >> 32), coordinate,
                                           step_}};
    auto out = philox(counter, key_);
    return {out.v[0], out.v[1], out.v[2], out.v[3]};
  }

  /// 64 bits for this (sample, coordinate).
  SY_HOST_DEVICE std::uint64_t word(std::uint64_t sample, std::uint32_t coordinate) const {
    auto b = bits(sample, coordinate);
    return std::uint64_t{b[0]} << 32 | b[1];
  }

  /// Uniform in the open interval (0, 1), 53 bits.
  SY_HOST_DEVICE double uniform(std::uint64_t sample, std::uint32_t coordinate) const {
    auto b = bits(sample, coordinate);
    return to_open_unit(b[0], b[1]);
  }

  /// Standard normal (Box-Muller on two of the words).
  SY_HOST_DEVICE double normal(std::uint64_t sample, std::uint32_t coordinate) const {
    constexpr double kTwoPi = 6.283185307179586;
    auto b = bits(sample, coordinate);
    double radius = std::sqrt(-2.0 * std::log(to_open_unit(b[0], b[1])));
    return radius * std::cos(kTwoPi * to_open_unit(b[2], b[3]));
  }

  /// Uniform integer in [0, bound), bound >= 1.
  SY_HOST_DEVICE std::uint64_t below(std::uint64_t bound, std::uint64_t sample,
                                     std::uint32_t coordinate) const {
    // Multiply-shift (Lemire 2019) without rejection: the bias is below bound / 2^64.
    return static_cast<std::uint64_t>(Wide{word(sample, coordinate)} * bound >> 64);
  }

 private:
  __extension__ typedef unsigned __int128 Wide;  // nvcc does not take `using` here

  // splitmix64's finaliser (Steele et al. 2014): spreads (seed, purpose) over the 64-bit key.
  SY_HOST_DEVICE static std::uint64_t mix(std::uint64_t z) {
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  SY_HOST_DEVICE static double to_open_unit(std::uint32_t high, std::uint32_t low) {
    std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 12;
    return (static_cast<double>(bits) + 0.5) * 0x1p-52;
  }

  r123::Philox4x32::key_type key_;
  std::uint32_t step_;
};

}  // namespace switchyard
