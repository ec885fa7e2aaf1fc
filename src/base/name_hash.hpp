#pragma once
// A hash of a name that stays the same for ever, to key random numbers by it.

#include <cstdint>
#include <string_view>

namespace switchyard {

/// FNV-1a, 64 bits.
constexpr std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace switchyard
