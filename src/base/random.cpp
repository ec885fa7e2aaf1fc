#include "base/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace switchyard {
namespace {

__extension__ using Wide = unsigned __int128;

// splitmix64's finaliser (Steele et al. 2014): spreads (seed, purpose) over the 64-bit key.
std::uint64_t mix(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

double to_open_unit(std::uint32_t high, std::uint32_t low) {
  std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t step)
    : step_(static_cast<std::uint32_t>(step)) {
  // The step's upper half joins the key: streams stay apart beyond 2^32 steps.
  std::uint64_t key = mix(mix(seed) ^ (static_cast<std::uint64_t>(purpose) << 32 ^ step >> 32));
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

std::array<std::uint32_t, 4> RandomStream::bits(std::uint64_t sample,
                                                std::uint32_t coordinate) const {
  r123::Philox4x32 philox;
  r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(sample),
                                         static_cast<std::uint32_t>(sample >> 32), coordinate,
                                         step_}};
  r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
  auto out = philox(counter, key);
  return {out[0], out[1], out[2], out[3]};
}

std::uint64_t RandomStream::word(std::uint64_t sample, std::uint32_t coordinate) const {
  auto b = bits(sample, coordinate);
  return std::uint64_t{b[0]} << 32 | b[1];
}

double RandomStream::uniform(std::uint64_t sample, std::uint32_t coordinate) const {
  auto b = bits(sample, coordinate);
  return to_open_unit(b[0], b[1]);
}

double RandomStream::normal(std::uint64_t sample, std::uint32_t coordinate) const {
  auto b = bits(sample, coordinate);
  double radius = std::sqrt(-2.0 * std::log(to_open_unit(b[0], b[1])));
  return radius * std::cos(2.0 * std::numbers::pi * to_open_unit(b[2], b[3]));
}

std::uint64_t RandomStream::below(std::uint64_t bound, std::uint64_t sample,
                                  std::uint32_t coordinate) const {
  // Multiply-shift (Lemire 2019) without rejection: the bias is below bound / 2^64.
  return static_cast<std::uint64_t>(Wide{word(sample, coordinate)} * bound >> 64);
}

}  // namespace switchyard
