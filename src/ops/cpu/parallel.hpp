#pragma once
// Sharing loops among the OpenMP threads.

#include <omp.h>

#include <cstdint>

namespace switchyard {

/// Elements below which a thread is not worth waking: some microseconds of work.
inline constexpr std::int64_t kElementGrain = 16 * 1024;

/// Calls body(begin, end) on contiguous parts that cover [0, count), one a thread; serially where
/// a part would be shorter than `grain`. The parts depend on the thread count, so the body must
/// treat each index by itself (reductions: blocked_sums). It must not throw.
template <class Body>
void parallel_for(std::int64_t count, std::int64_t grain, Body&& body) {
  if (count <= 0) return;
  const std::int64_t parts = omp_get_max_threads();
  if (parts == 1 || count < 2 * grain) {
    body(std::int64_t{0}, count);
    return;
  }
#pragma omp parallel for schedule(static, 1)
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t begin = count * part / parts;
    const std::int64_t end = count * (part + 1) / parts;
    if (begin < end) body(begin, end);
  }
}

/// The grain, in rows, of rows of `columns` elements.
inline std::int64_t row_grain(std::int64_t columns) {
  return 1 + kElementGrain / (columns > 0 ? columns : 1);
}

}  // namespace switchyard
