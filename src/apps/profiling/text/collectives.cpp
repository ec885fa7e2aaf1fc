#include <fmt/format.h>

#include <algorithm>

#include "apps/profiling/text/cells.hpp"
#include "apps/profiling/text/sections.hpp"

namespace switchyard {
namespace {

// "ep" of "expert-parallel", as the option is called.
std::string short_name(const std::string& group) {
  const auto hyphen = group.find('-');
  if (hyphen == group.npos) return group;
  return {group.front(), group[hyphen + 1]};
}

std::string heading(const CollectiveTimes& times) {
  return fmt::format("{:<18}{:<6}{:<20}", name_of<Collective>(times.operation, collective_choices),
                     short_name(times.group), zone_name(times.zone, times.pass));
}

// Of the ranks in the group; `most` among them.
struct Ranks {
  RankCollective mean;
  double most_waiting = 0;
};

Ranks over_ranks(const CollectiveTimes& times) {
  Ranks ranks;
  double count = 0;
  for (const auto& rank : times.per_rank) {
    if (!rank) continue;
    ++count;
    ranks.mean.waiting += rank->waiting;
    ranks.mean.transferring += rank->transferring;
    ranks.mean.exposed += rank->exposed;
    ranks.mean.overlapped += rank->overlapped;
    ranks.most_waiting = std::max(ranks.most_waiting, rank->waiting);
  }
  for (double RankCollective::*figure : {&RankCollective::waiting, &RankCollective::transferring,
                                         &RankCollective::exposed, &RankCollective::overlapped})
    ranks.mean.*figure /= count;
  return ranks;
}

std::string straggler(const CollectiveTimes& times) {
  const auto rank = times.straggler();
  if (!rank) return "open";
  const double share = *ratio(static_cast<double>(times.per_rank[*rank]->times_last),
                              static_cast<double>(times.calls));
  return fmt::format("{}: {:.0f}%", *rank, 100 * share);
}

// Of what computing went on beside, nobody saw the end at once.
std::string transferring(const CollectiveTimes& times, double seconds) {
  return fmt::format("{}{}", times.started ? "<" : "", milliseconds(seconds));
}

std::string time_line(const CollectiveTimes& times) {
  const Ranks ranks = over_ranks(times);
  return fmt::format("{}{:>9}{:>9}{:>9}{:>9}{:>9} {:>10}\n", heading(times),
                     milliseconds(ranks.mean.waiting), milliseconds(ranks.most_waiting),
                     transferring(times, ranks.mean.transferring), milliseconds(ranks.mean.exposed),
                     milliseconds(ranks.mean.overlapped), straggler(times));
}

std::string size_line(const CollectiveTimes& times) {
  return fmt::format("{}{:>7}{:>7.1f}{:>11}{:>10}{:>9}{:>9}\n", heading(times),
                     times.reach == Reach::intra_node ? "within" : "across", times.calls_per_step,
                     bytes_text(times.median_bytes),
                     transferring(times, times.transferring_per_call), gigabytes(times.algbw),
                     gigabytes(times.busbw));
}

}  // namespace

std::string collective_section(const ProfileFigures& figures) {
  if (figures.collectives.empty()) return "";
  const std::string what = fmt::format("{:<18}{:<6}{:<20}", "collective", "group", "begun in");
  std::string text = fmt::format("\n{}{:>9}{:>9}{:>9}{:>9}{:>9} {:>10}\n", what, "waiting", "most",
                                 "transfer", "exposed", "overlap", "last");
  for (const CollectiveTimes& times : figures.collectives) text += time_line(times);
  text += fmt::format("\n{}{:>7}{:>7}{:>11}{:>10}{:>9}{:>9}\n", what, "nodes", "calls", "bytes",
                      "transfer", "algbw", "busbw");
  for (const CollectiveTimes& times : figures.collectives) text += size_line(times);
  if (figures.calls.incomplete > 0)
    text += fmt::format("{} calls that not all ranks of a group recorded are left out\n",
                        figures.calls.incomplete);
  return text;
}

}  // namespace switchyard
