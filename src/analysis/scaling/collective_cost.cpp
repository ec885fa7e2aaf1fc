#include "analysis/scaling/collective_cost.hpp"

#include <algorithm>
#include <cmath>

namespace switchyard {
namespace {

// Ranks and nodes as the formulas use them.
struct Counts {
  explicit Counts(const GroupLayout& layout)
      : n(layout.ranks), m(std::min(layout.per_node, layout.ranks)), nodes(std::ceil(n / m)) {}
  double n, m, nodes;
};

double doublings(double n) {
  return std::ceil(std::log2(n));
}

// Once around the ring, less one hop.
CollectiveCost ring(const Counts& c, double bytes) {
  const double carried = bytes * (c.n - 1) / c.n;
  return {.node_hops = c.n - c.nodes,
          .network_hops = c.nodes - 1,
          .node_bytes = c.m > 1 ? carried : 0,
          .network_bytes = c.nodes > 1 ? carried / c.m : 0};
}

CollectiveCost twice(CollectiveCost cost) {
  return {2 * cost.node_hops, 2 * cost.network_hops, 2 * cost.node_bytes, 2 * cost.network_bytes};
}

CollectiveCost recursive_doubling(const Counts& c, double bytes) {
  const double within = doublings(c.m), across = doublings(c.nodes);
  return {within, across, within * bytes, across * bytes};
}

CollectiveCost linear_all_to_all(const Counts& c, double bytes) {
  return {.node_hops = c.m - 1,
          .network_hops = c.n - c.m,
          .node_bytes = bytes * (c.m - 1) / c.n,
          .network_bytes = bytes * (c.n - c.m) / c.n};
}

}  // namespace

// Messages of recursive doubling do not use both ways at once, but one of the terms is small then.
double CollectiveCost::seconds(const Links& links) const {
  if (node_hops + network_hops == 0) return 0;
  return links.call + node_hops * links.node.latency + network_hops * links.network.latency +
         std::max(node_bytes / links.node.bandwidth, network_bytes / links.network.bandwidth);
}

AllReduceAlgorithm chosen_algorithm(AllReduceAlgorithm asked, const GroupLayout& layout,
                                    double bytes, const Links& links) {
  if (asked != AllReduceAlgorithm::best) return asked;
  const Counts counts(layout);
  return twice(ring(counts, bytes)).seconds(links) <
                 recursive_doubling(counts, bytes).seconds(links)
             ? AllReduceAlgorithm::ring
             : AllReduceAlgorithm::recursive_doubling;
}

CollectiveCost collective_cost(Collective operation, const GroupLayout& layout, double bytes,
                               AllReduceAlgorithm algorithm, const Links& links) {
  if (layout.ranks <= 1) return {};
  const Counts counts(layout);
  switch (operation) {
    case Collective::all_reduce:
      return chosen_algorithm(algorithm, layout, bytes, links) == AllReduceAlgorithm::ring
                 ? twice(ring(counts, bytes))
                 : recursive_doubling(counts, bytes);
    case Collective::all_gather:
    case Collective::reduce_scatter:
      return ring(counts, bytes);
    case Collective::all_to_all_counts:
    case Collective::all_to_all_rows:
      return linear_all_to_all(counts, bytes);
    case Collective::broadcast:
    case Collective::barrier:
      return recursive_doubling(counts, bytes);
  }
  return {};
}

}  // namespace switchyard
