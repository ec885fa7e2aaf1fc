#include "analysis/routing/expert_matching.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/maximum_weighted_matching.hpp>

namespace switchyard {
namespace {

using Graph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                          boost::property<boost::edge_weight_t, std::int64_t>>;

// Vertices 0..E-1 are our experts, E..2E-1 theirs. A weight of one more than the count makes every
// edge worth having, so that all are matched.
Graph graph_of(std::span<const std::int32_t> ours, std::span<const std::int32_t> theirs,
               std::size_t experts) {
  std::vector<std::int64_t> counts(experts * experts, 1);
  for (std::size_t i = 0; i < ours.size(); ++i)
    ++counts[static_cast<std::size_t>(ours[i]) * experts + static_cast<std::size_t>(theirs[i])];
  Graph graph(2 * experts);
  for (std::size_t a = 0; a < experts; ++a)
    for (std::size_t b = 0; b < experts; ++b)
      boost::add_edge(a, experts + b, counts[a * experts + b], graph);
  return graph;
}

// How many samples each expert has.
std::vector<double> loads_of(std::span<const std::int32_t> chosen, std::size_t experts) {
  std::vector<double> loads(experts);
  for (std::int32_t expert : chosen) ++loads[static_cast<std::size_t>(expert)];
  return loads;
}

}  // namespace

ExpertMatching match_experts(std::span<const std::int32_t> ours,
                             std::span<const std::int32_t> theirs, int experts) {
  const auto count = static_cast<std::size_t>(experts);
  const Graph graph = graph_of(ours, theirs, count);
  std::vector<Graph::vertex_descriptor> mates(2 * count);
  boost::maximum_weighted_matching(graph, mates.data());
  ExpertMatching matching;
  for (std::size_t e = 0; e < count; ++e)
    matching.permutation.push_back(static_cast<int>(mates[e] - count));
  for (std::size_t i = 0; i < ours.size(); ++i) {
    matching.agreement += matching.permutation[static_cast<std::size_t>(ours[i])] == theirs[i];
    matching.unmatched += ours[i] == theirs[i];
  }
  const std::vector<double> our_loads = loads_of(ours, count),
                            their_loads = loads_of(theirs, count);
  for (std::size_t e = 0; e < count; ++e)
    matching.chance +=
        our_loads[e] * their_loads[static_cast<std::size_t>(matching.permutation[e])];
  const auto samples = static_cast<double>(ours.size());
  matching.agreement /= samples;
  matching.unmatched /= samples;
  matching.chance /= samples * samples;
  return matching;
}

}  // namespace switchyard
