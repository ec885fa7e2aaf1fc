#pragma once
// How long something has taken so far.

#include <chrono>

namespace switchyard {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace switchyard
