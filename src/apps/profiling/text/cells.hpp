#pragma once
// Numbers as they stand in tables on a terminal, and which ranks are worth a line.

#include <optional>
#include <string>
#include <vector>

#include "profile/zone.hpp"

namespace switchyard {

/// "12.345", of a second and more "1234.5": milliseconds.
std::string milliseconds(double seconds);
/// "1.50 MB": powers of 1000.
std::string bytes_text(double bytes);
/// "1.5": GB/s; "-" for nothing.
std::string gigabytes(const std::optional<double>& bytes_per_second);
/// "1.50"; "-" for nothing.
std::string factor(const std::optional<double>& value);
/// "experts" and "experts bwd".
std::string zone_name(Zone zone, Pass pass);

/// Ranks in the order of `figures`, one a rank.
struct RankOrder {
  std::size_t least = 0;
  std::size_t median = 0;
  std::size_t most = 0;
};
RankOrder order_of(const std::vector<double>& figures);

/// All ranks where there are few; else those with the least, the median and the most of `figures`.
std::vector<std::size_t> shown_ranks(const std::vector<double>& figures);

}  // namespace switchyard
