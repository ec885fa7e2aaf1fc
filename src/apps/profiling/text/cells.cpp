#include "apps/profiling/text/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace switchyard {
namespace {

constexpr std::size_t kFewRanks = 8;

}  // namespace

std::string milliseconds(double seconds) {
  return fmt::format("{:.{}f}", 1e3 * seconds, seconds < 1 ? 3 : 1);
}

std::string bytes_text(double bytes) {
  const char* unit = "B";
  for (const char* next : {"kB", "MB", "GB", "TB"}) {
    if (bytes < 1000) break;
    bytes /= 1000;
    unit = next;
  }
  return fmt::format("{:.{}f} {}", bytes, *unit == 'B' ? 0 : 2, unit);
}

std::string gigabytes(const std::optional<double>& bytes_per_second) {
  return bytes_per_second ? fmt::format("{:.3g}", 1e-9 * *bytes_per_second) : "-";
}

std::string factor(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "-";
}

std::string zone_name(Zone zone, Pass pass) {
  return fmt::format("{}{}", name_of<Zone>(zone, zone_choices),
                     pass == Pass::backward ? " bwd" : "");
}

RankOrder order_of(const std::vector<double>& figures) {
  std::vector<std::size_t> ranks(figures.size());
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  std::ranges::stable_sort(ranks, {}, [&](std::size_t rank) { return figures[rank]; });
  return {ranks.front(), ranks[ranks.size() / 2], ranks.back()};
}

std::vector<std::size_t> shown_ranks(const std::vector<double>& figures) {
  if (figures.size() > kFewRanks) {
    const RankOrder order = order_of(figures);
    return {order.least, order.median, order.most};
  }
  std::vector<std::size_t> all(figures.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace switchyard
