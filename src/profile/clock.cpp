#include "profile/clock.hpp"

#include <chrono>

namespace switchyard {

std::int64_t host_clock() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace switchyard
