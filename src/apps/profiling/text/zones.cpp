#include <fmt/format.h>

#include <algorithm>

#include "apps/profiling/text/cells.hpp"
#include "apps/profiling/text/sections.hpp"

namespace switchyard {
namespace {

constexpr std::size_t kColumns = 3;  // for ranks
// Less of the step than this is left to the files.
constexpr double kLeastShare = 0.0005;

std::vector<double> means_of(const ZoneTimes& zone) {
  std::vector<double> means;
  for (const Quantiles& rank : zone.per_rank) means.push_back(rank.mean);
  return means;
}

std::string rank_headings(std::size_t ranks) {
  if (ranks > kColumns)
    return fmt::format("{:>9}{:>5}{:>9}{:>9}{:>5}", "least", "rank", "median", "most", "rank");
  std::string text;
  for (std::size_t rank = 0; rank < ranks; ++rank)
    text += fmt::format("{:>9}", fmt::format("rank {}", rank));
  return text + fmt::format("{:>5}", "most");
}

std::string rank_cells(const ZoneTimes& zone) {
  const std::vector<double> means = means_of(zone);
  std::string text;
  if (means.size() > kColumns) {
    const RankOrder order = order_of(means);
    return fmt::format("{:>9}{:>5}{:>9}{:>9}", milliseconds(means[order.least]), order.least,
                       milliseconds(means[order.median]), milliseconds(means[order.most]));
  }
  for (double mean : means) text += fmt::format("{:>9}", milliseconds(mean));
  return text;
}

std::string zone_line(const ZoneTimes& zone, const std::string& share) {
  return fmt::format("{:<19}{:>6}{:>9}{:>9}{:>9}{}{:>5}{:>9}\n", zone_name(zone.zone, zone.pass),
                     share, milliseconds(zone.over_ranks.p50), milliseconds(zone.over_ranks.p95),
                     milliseconds(zone.over_ranks.p99), rank_cells(zone), zone.max_rank,
                     factor(zone.max_over_mean));
}

}  // namespace

std::string zone_section(const ProfileFigures& figures) {
  std::string text =
      fmt::format("\n{:<19}{:>6}{:>9}{:>9}{:>9}{}{:>9}\n", "zone", "share", "p50", "p95", "p99",
                  rank_headings(figures.step.per_rank.size()), "max/mean");
  const double step = figures.step.over_ranks.mean;
  for (const ZoneTimes& zone : figures.zones) {
    const double share = ratio(zone.over_ranks.mean, step).value_or(0);
    if (std::max(share, std::ranges::max(zone.share)) >= kLeastShare)
      text += zone_line(zone, fmt::format("{:.1f}%", 100 * share));
  }
  for (const ZoneTimes& zone : figures.loader) text += zone_line(zone, "beside");
  return text;
}

}  // namespace switchyard
