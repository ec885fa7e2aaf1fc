#pragma once
// What the emulated machine is like, read from the environment whenever it matters, so that a test
// can change it.

#include <cstdlib>
#include <string>

namespace cuda_emulation {

inline std::string text_setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

inline long long number_setting(const char* name, long long otherwise) {
  const char* value = std::getenv(name);
  return value ? std::atoll(value) : otherwise;
}

}  // namespace cuda_emulation
