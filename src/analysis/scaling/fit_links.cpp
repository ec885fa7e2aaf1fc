#include "analysis/scaling/fit_links.hpp"

#include "analysis/scaling/nonnegative_fit.hpp"

namespace switchyard {
namespace {

// The faster algorithm of a sum depends on the links that are looked for.
constexpr int kRounds = 8;

Link fitted(const std::vector<FitRow>& rows, const Link& prior) {
  const std::vector<double> c = nonnegative_fit(rows, 2, ErrorScale::value);
  return {c[0] > 0 ? c[0] : prior.latency, c[1] > 0 ? 1 / c[1] : prior.bandwidth};
}

// What calls say of the two links, given what is thought of them so far.
struct Rows {
  void add(const MeasuredCall& call, const CollectiveCost& cost, const Links& links) {
    const double travelling = call.seconds - links.call;
    if (!call.layout.crosses_nodes()) {
      if (travelling > 0 && cost.node_hops > 0)
        node.push_back({{cost.node_hops, cost.node_bytes}, travelling});
      return;
    }
    // The slower of the two ways decides: where that is within the nodes, the network's bytes are
    // hidden behind it.
    const double within = cost.node_bytes / links.node.bandwidth;
    const bool hidden = within > cost.network_bytes / links.network.bandwidth;
    const double between = travelling - cost.node_hops * links.node.latency - (hidden ? within : 0);
    if (between > 0)
      network.push_back({{cost.network_hops, hidden ? 0 : cost.network_bytes}, between});
  }
  std::vector<FitRow> node, network;
};

}  // namespace

Links fit_links(std::span<const MeasuredCall> calls, AllReduceAlgorithm algorithm,
                const Links& prior) {
  Links links = prior;
  for (int round = 0; round < kRounds; ++round) {
    Rows rows;
    for (const MeasuredCall& call : calls)
      rows.add(call, collective_cost(call.operation, call.layout, call.bytes, algorithm, links),
               links);
    links = {fitted(rows.node, prior.node), fitted(rows.network, prior.network), prior.call};
  }
  return links;
}

}  // namespace switchyard
