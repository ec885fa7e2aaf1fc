#pragma once
// An all-to-all in two levels: inside the node, then across nodes between ranks of equal place.
//
// Of n nodes with l ranks each, a rank then sends n - 1 messages over the network instead of
// l (n - 1), each l times as long. The price is that rows travel twice and that the ranks of a
// node tell one another their counts, on the host, before each exchange. What arrives is the same.

#include "comm/communicator.hpp"

namespace switchyard {

/// All calls but all-to-alls of rows are those of `world`, which must outlive this. `node`: a
/// number that the ranks of a node share with nobody else. Rows in memory of `scratch`, where they
/// are put in order by `copy`, go in two levels, in splits too; others go directly, and so do all
/// where a group has one node or one rank a node, not as many ranks on every node, or ranks of a
/// node that are not adjacent. start_all_to_all_rows() returns when the level inside the node is
/// done on the host, or enqueued on a device. Collective.
std::unique_ptr<Communicator> make_two_level_communicator(Communicator& world, int node,
                                                          Allocator& scratch, TensorCopy copy);

}  // namespace switchyard
