#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/profiling/text/cells.hpp"
#include "apps/profiling/text/sections.hpp"

namespace switchyard {
namespace {

constexpr std::size_t kRowsALine = 8;
constexpr std::size_t kMostRows = 64;
constexpr std::size_t kMostNamed = 8;

// "rows of experts", so many a line; of very many the extremes.
std::string rows_text(const std::string& title, const RowCounts& rows) {
  if (rows.size() > kMostRows) {
    const auto [least, most] = std::ranges::minmax_element(rows);
    return fmt::format("{:<16} least {} ({}), most {} ({})\n", title, *least, least - rows.begin(),
                       *most, most - rows.begin());
  }
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % kRowsALine == 0) text += fmt::format("{:<16}", i == 0 ? title : "");
    text += fmt::format("{:>10}", rows[i]);
    if (i % kRowsALine == kRowsALine - 1 || i + 1 == rows.size()) text += '\n';
  }
  return text;
}

// Those with the lowest numbers by name.
std::string dead_line(const std::vector<std::size_t>& dead) {
  if (dead.empty()) return "";
  const std::size_t named = std::min(dead.size(), kMostNamed);
  std::string text =
      fmt::format("{:<16} {}", "dead experts", fmt::join(dead.begin(), dead.begin() + named, ", "));
  if (named < dead.size()) text += fmt::format(" and {} more", dead.size() - named);
  return text + "\n";
}

std::string layer_text(const ExpertLoad& load) {
  const RowCounts rows = load.rows(), rank_rows = load.rank_rows();
  const auto busiest = std::ranges::max_element(rank_rows) - rank_rows.begin();
  const std::vector<std::size_t> dead = load.dead();
  std::string text =
      fmt::format("\nlayer {}: {} experts, max/mean {}, CV {}, {} dead, no rows dropped\n",
                  load.layer, load.experts(), factor(max_over_mean(rows)), factor(load.cv()),
                  dead.empty() ? "none" : fmt::format("{}", dead.size()));
  text +=
      dead_line(dead) + rows_text("rows of experts", rows) + rows_text("rows of ranks", rank_rows);
  return text +
         fmt::format("overload of ranks {} (rank {})\n", factor(max_over_mean(rank_rows)), busiest);
}

}  // namespace

std::string expert_section(const ProfileFigures& figures) {
  std::string text;
  for (const ExpertLoad& load : figures.experts) text += layer_text(load);
  return text;
}

}  // namespace switchyard
