#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "apps/profiling/text/cells.hpp"
#include "apps/profiling/text/sections.hpp"

namespace switchyard {
namespace {

constexpr std::size_t kMatrixRanks = 7;
constexpr std::size_t kPairs = 8;

std::string cell(std::int64_t bytes) {
  return fmt::format("{:>11}", bytes_text(static_cast<double>(bytes)));
}

std::string matrix_text(const Traffic& traffic) {
  std::string text = fmt::format("{:<11}", "from \\ to");
  for (std::size_t to = 0; to < traffic.matrix.size(); ++to) text += fmt::format("{:>11}", to);
  text += fmt::format("{:>11}\n", "sent");
  for (std::size_t from = 0; from < traffic.matrix.size(); ++from) {
    text += fmt::format("{:<11}", from);
    for (std::int64_t bytes : traffic.matrix[from]) text += cell(bytes);
    text += cell(traffic.sent[from]) + "\n";
  }
  text += fmt::format("{:<11}", "received");
  for (std::int64_t bytes : traffic.received) text += cell(bytes);
  return text + "\n";
}

struct Pair {
  std::size_t from = 0, to = 0;
  std::int64_t bytes = 0;
};

std::string largest_pairs(const Traffic& traffic) {
  std::vector<Pair> pairs;
  for (std::size_t from = 0; from < traffic.matrix.size(); ++from)
    for (std::size_t to = 0; to < traffic.matrix.size(); ++to)
      if (from != to) pairs.push_back({from, to, traffic.matrix[from][to]});
  const std::size_t shown = std::min(kPairs, pairs.size());
  std::ranges::partial_sort(
      pairs, pairs.begin() + static_cast<std::ptrdiff_t>(shown), {},
      [](const Pair& pair) { return std::tuple(-pair.bytes, pair.from, pair.to); });
  std::string text = fmt::format("{:>6}{:>6}{:>11}\n", "from", "to", "bytes");
  for (std::size_t i = 0; i < shown; ++i)
    text += fmt::format("{:>6}{:>6}{}\n", pairs[i].from, pairs[i].to, cell(pairs[i].bytes));
  return text;
}

}  // namespace

std::string traffic_section(const ProfileFigures& figures) {
  const Traffic& traffic = figures.traffic;
  const BytesSent& total = traffic.total;
  if (total.local + total.intra_node + total.inter_node == 0) return "";
  std::string text =
      fmt::format("\nrows sent, all steps: {} within ranks, {} within computers, {} between them\n",
                  bytes_text(static_cast<double>(total.local)),
                  bytes_text(static_cast<double>(total.intra_node)),
                  bytes_text(static_cast<double>(total.inter_node)));
  return text +
         (traffic.matrix.size() <= kMatrixRanks ? matrix_text(traffic) : largest_pairs(traffic));
}

}  // namespace switchyard
