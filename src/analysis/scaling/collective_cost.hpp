#pragma once
// What a collective costs by the alpha-beta model: latencies that follow one another, and bytes
// that the busiest rank's connection carries.
//
//   ring all-reduce           2(n-1) alpha + 2(n-1)/n S/B
//   recursive doubling        log2(n) (alpha + S/B)
//   all-gather, reduce-scatter (n-1) alpha + (n-1)/n S/B
//   linear all-to-all         (n-1) alpha + (n-1)/n S/B
//
// (Thakur, Rabenseifner, Gropp 2005). With m ranks a node and an adapter for each: rings cross a
// node's border once for each adapter, so it carries 1/m of a ring's bytes; an all-to-all sends
// S (m-1)/n within the node and S (n-m)/n through the adapter. The two ways are used at once.

#include "base/config/field.hpp"
#include "profile/zone.hpp"

namespace switchyard {

/// A way that messages take: seconds for an empty one, bytes a second.
struct Link {
  double latency = 0;
  double bandwidth = 0;
};

struct Links {
  Link node;        ///< between ranks of a node
  Link network;     ///< between nodes
  double call = 0;  ///< seconds that every call takes, whatever travels
};

enum class AllReduceAlgorithm { ring, recursive_doubling, best };
inline constexpr Choice<AllReduceAlgorithm> all_reduce_choices[] = {
    {AllReduceAlgorithm::ring, "ring"},
    {AllReduceAlgorithm::recursive_doubling, "recursive_doubling"},
    {AllReduceAlgorithm::best, "best"}};

/// How a group lies on nodes: `per_node` of its ranks on each.
struct GroupLayout {
  int ranks = 1;
  int per_node = 1;
  bool crosses_nodes() const { return ranks > per_node; }
};

struct CollectiveCost {
  double node_hops = 0;  ///< latencies that follow one another
  double network_hops = 0;
  double node_bytes = 0;  ///< through one rank's connection
  double network_bytes = 0;

  double seconds(const Links& links) const;
};

/// What `asked` comes to for a sum over `layout`: ring or recursive doubling.
AllReduceAlgorithm chosen_algorithm(AllReduceAlgorithm asked, const GroupLayout& layout,
                                    double bytes, const Links& links);

/// `bytes` as nccl-tests state a call's size. Of a group of one: nothing.
CollectiveCost collective_cost(Collective operation, const GroupLayout& layout, double bytes,
                               AllReduceAlgorithm algorithm, const Links& links);

}  // namespace switchyard
