#include <fmt/format.h>

#include "apps/profiling/text/cells.hpp"
#include "apps/profiling/text/sections.hpp"

namespace switchyard {
namespace {

constexpr char kRow[] = "{:>5} {:<16}{:>10}{:>10}{:>10}{:>10}{:>9}{:>9}{:>9}{:>10}\n";

std::string rank_line(const RankProfile& rank, const Quantiles& step,
                      const RankCommunication& comm) {
  return fmt::format(kRow, rank.rank, rank.host.substr(0, 16), milliseconds(step.p50),
                     milliseconds(step.p95), milliseconds(step.p99), milliseconds(step.mean),
                     milliseconds(comm.total), milliseconds(comm.exposed),
                     milliseconds(comm.exposed_waiting), milliseconds(comm.overlapped()));
}

}  // namespace

std::string rank_section(const RecordedSteps& steps, const ProfileFigures& figures) {
  std::vector<double> exposed;
  for (const RankCommunication& rank : figures.communication) exposed.push_back(rank.exposed);
  std::string text = fmt::format("\n{:>62}{:>9}\n", "step", "exchange");
  text += fmt::format(kRow, "rank", "computer", "p50", "p95", "p99", "mean", "in all", "exposed",
                      "waiting", "overlap");
  for (std::size_t rank : shown_ranks(exposed))
    text +=
        rank_line(steps.profiles()[rank], figures.step.per_rank[rank], figures.communication[rank]);
  return text;
}

}  // namespace switchyard
