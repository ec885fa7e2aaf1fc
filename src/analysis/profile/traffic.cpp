#include "analysis/profile/traffic.hpp"

namespace switchyard {

Traffic traffic(const RecordedSteps& steps) {
  const std::size_t ranks = steps.ranks();
  Traffic traffic{.matrix = std::vector(ranks, std::vector<std::int64_t>(ranks)),
                  .sent = std::vector<std::int64_t>(ranks),
                  .received = std::vector<std::int64_t>(ranks),
                  .total = {}};
  for (std::size_t from = 0; from < ranks; ++from) {
    const RankProfile& sender = steps.profiles()[from];
    for (const CollectiveRecord& call : sender.collectives) {
      if (!steps.position(from, call.step)) continue;
      const auto& members = sender.groups[static_cast<std::size_t>(call.group)].members;
      for (std::size_t m = 0; m < call.sent.size(); ++m) {
        const auto to = static_cast<std::size_t>(members[m]);
        traffic.matrix[from][to] += call.sent[m];
        traffic.sent[from] += call.sent[m];
        traffic.received[to] += call.sent[m];
        traffic.total.add(sender, steps.profiles()[to], call.sent[m]);
      }
    }
  }
  return traffic;
}

}  // namespace switchyard
