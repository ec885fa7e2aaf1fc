#pragma once
// A computer as far as the scaling model knows it: what its data sheet states, and what part of it
// programs get. configs/machines/ has one file for each, with the sources of its figures.

#include <filesystem>
#include <string>

#include "analysis/scaling/collective_cost.hpp"
#include "base/config/field.hpp"
#include "ops/precision.hpp"

namespace switchyard {

struct MachineDescription {
  std::string name;        ///< of the file, without its ending
  int ranks_per_node = 0;  ///< one a GPU; each has a network adapter of its own
  double peak_f32 = 0;     ///< TFLOP/s of a rank; 0: it does not have this precision
  double peak_tf32 = 0;
  double peak_bf16 = 0;
  double peak_f64 = 0;
  double compute_efficiency = 0;  ///< share of the peak that kernels reach
  double memory_bandwidth = 0;    ///< GB/s of a rank
  double memory_efficiency = 0;   ///< share of it that kernels reach
  double kernel_overhead = 0;     ///< us from one kernel to the next
  double call_overhead = 0;       ///< us of every collective, whatever travels
  double link_latency = 0;        ///< us, within a node
  double link_bandwidth = 0;      ///< GB/s each way
  double network_latency = 0;     ///< us, between nodes
  double network_bandwidth = 0;   ///< GB/s each way, of one rank's adapter
  AllReduceAlgorithm all_reduce = AllReduceAlgorithm::best;

  Links links() const;
  /// FLOP/s and bytes/s that kernels reach. Error(bad_usage) where there is no such precision.
  double flops(Precision precision) const;
  double memory_bytes() const { return memory_bandwidth * memory_efficiency * 1e9; }
};

template <class Visitor>
void visit(Visitor& v, MachineDescription& c) {
  constexpr Range kShare = {.lowest = 0, .highest = 1, .lowest_included = false};
  v.group("Ranks");
  v.field("ranks-per-node", c.ranks_per_node, "ranks of a node, one a GPU", at_least(1));
  v.field("peak-f32", c.peak_f32, "peak of a rank; 0: none", at_least(0), "TFLOP/s");
  v.field("peak-tf32", c.peak_tf32, "the same with TF32 products", at_least(0), "TFLOP/s");
  v.field("peak-bf16", c.peak_bf16, "the same with bfloat16 products", at_least(0), "TFLOP/s");
  v.field("peak-f64", c.peak_f64, "the same in double", at_least(0), "TFLOP/s");
  v.field("compute-efficiency", c.compute_efficiency, "share of the peak that is reached", kShare);
  v.field("memory-bandwidth", c.memory_bandwidth, "of a rank's memory", above(0), "GB/s");
  v.field("memory-efficiency", c.memory_efficiency, "share of it that is reached", kShare);
  v.field("kernel-overhead", c.kernel_overhead, "from one kernel to the next", above(0), "us");
  v.group("Connections");
  v.field("call-overhead", c.call_overhead, "of every collective, whatever travels", above(0),
          "us");
  v.field("link-latency", c.link_latency, "of a message within a node", above(0), "us");
  v.field("link-bandwidth", c.link_bandwidth, "of a rank within a node, each way", above(0),
          "GB/s");
  v.field("network-latency", c.network_latency, "of a message between nodes", above(0), "us");
  v.field("network-bandwidth", c.network_bandwidth, "of a rank's adapter, each way", above(0),
          "GB/s");
  v.field("all-reduce", c.all_reduce, "how sums travel; best: by what takes less time",
          all_reduce_choices);
}

/// `named` is a file, or the name of one in `folder` without its ending. Error(bad_usage) for an
/// unknown name, with the nearest known one, and for a file that leaves a figure out.
MachineDescription load_machine(const std::string& named, const std::filesystem::path& folder);

}  // namespace switchyard
