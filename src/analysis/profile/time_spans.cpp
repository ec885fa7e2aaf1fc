#include "analysis/profile/time_spans.hpp"

#include <algorithm>

namespace switchyard {

TimeSpan intersection(TimeSpan a, TimeSpan b) {
  const std::int64_t begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

std::int64_t covered(std::vector<TimeSpan> spans) {
  std::ranges::sort(spans, {}, &TimeSpan::begin);
  std::int64_t total = 0;
  TimeSpan current = spans.empty() ? TimeSpan{} : spans.front();
  for (TimeSpan span : spans) {
    if (span.begin > current.end) {
      total += current.length();
      current = span;
    } else {
      current.end = std::max(current.end, span.end);
    }
  }
  return total + current.length();
}

}  // namespace switchyard
