#pragma once
// Counter-based random numbers (Philox4x32-10, Salmon et al. 2011, from Random123).
//
// A number is a pure function of (seed, purpose, step, sample, coordinate): it does not depend on
// the rank that asks, on the order of asking, or on how a batch is split.

#include <array>
#include <cstdint>

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
};

/// One stream: all numbers of one purpose at one step.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t step = 0);

  /// Four independent 32-bit words for this (sample, coordinate).
  std::array<std::uint32_t, 4> bits(std::uint64_t sample, std::uint32_t coordinate) const;
  /// 64 bits for this (sample, coordinate).
  std::uint64_t word(std::uint64_t sample, std::uint32_t coordinate) const;
  /// Uniform in the open interval (0, 1), 53 bits.
  double uniform(std::uint64_t sample, std::uint32_t coordinate) const;
  /// Standard normal (Box-Muller on two of the words).
  double normal(std::uint64_t sample, std::uint32_t coordinate) const;
  /// Uniform integer in [0, bound), bound >= 1.
  std::uint64_t below(std::uint64_t bound, std::uint64_t sample, std::uint32_t coordinate) const;

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint32_t step_;
};

}  // namespace switchyard
