#pragma once
// What a dispatch benchmark is asked for, and the cases that this makes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/routing_workload.hpp"
#include "machine/machine.hpp"

namespace switchyard {

enum class DispatchPasses {
  forward,  ///< as in evaluation: nothing is kept for derivatives, no gate noise
  both,     ///< forward and backward, as in training
};
inline constexpr Choice<DispatchPasses> dispatch_passes_choices[] = {
    {DispatchPasses::forward, "forward"}, {DispatchPasses::both, "both"}};

/// One MoE layer on one grid under one load.
struct DispatchCase {
  std::optional<RoutingWorkload> workload;  ///< none: the router's own choice
  DispatchPasses passes = DispatchPasses::both;
  std::int64_t tokens = 1024;  ///< of all ranks
  int features = 512;
  int expert_hidden = 64;
  int classes = 10;  ///< outputs of an expert
  int experts = 8;
  int k = 2;
  int ep = 1;
  int overlap_degree = 1;
  Precision precision = Precision::f32;
  std::uint64_t seed = 42;
};

/// Lists give a case for each combination.
struct DispatchBenchConfig {
  std::string workloads = "balanced";
  std::string passes = "forward,both";
  std::vector<int> tokens = {1024};
  std::vector<int> features = {512};
  std::vector<int> expert_hidden = {64};
  int classes = 10;
  std::vector<int> experts = {8};
  std::vector<int> k = {2};
  std::vector<int> ep = {0};
  std::vector<int> overlap_degree = {1};
  int warmup = 5;
  int repeats = 20;
  std::uint64_t seed = 42;
  bool check = false;
  std::string json;
  MachineConfig machine;
  int threads = 0;
  int deadline = 25;
};

template <class Visitor>
void visit(Visitor& v, DispatchBenchConfig& c) {
  v.group("Benchmark");
  v.field("workload", c.workloads,
          "routings to measure, with commas: router (whatever the gate says), balanced, "
          "hot_experts, hot_rank, spread_heat, ragged_source, zero_rank, rotating_hot_spot, burst; "
          "all: every one of them",
          "LIST");
  v.field("passes", c.passes, "to measure, with commas: of forward and both", "LIST");
  v.field("tokens", c.tokens, "of all ranks together", at_least(1), "tokens");
  v.field("warmup", c.warmup, "passes of each case before those that are timed", at_least(1));
  v.field("repeats", c.repeats, "passes of each case that are timed", at_least(1));
  v.field("seed", c.seed, "of weights, features, noise and workloads");
  v.field("check", c.check, "compare outputs and gradients with those that one rank computes");
  v.field("json", c.json, "file for all figures and times", "FILE");
  v.group("Layer");
  v.field("features", c.features, "numbers a token has", at_least(1));
  v.field("expert-hidden", c.expert_hidden, "hidden units of one expert", at_least(1));
  v.field("classes", c.classes, "outputs of an expert", at_least(1));
  v.field("experts", c.experts, "experts of the layer", at_least(1));
  v.field("k", c.k, "experts a token is sent to", at_least(1));
  v.field("ep", c.ep, "ranks an expert-parallel group; world = dp x ep; 0: the largest that fits",
          at_least(0), "ranks");
  v.field("overlap-degree", c.overlap_degree,
          "parts that a rank's tokens are sent in, so that experts work while others travel",
          at_least(1));
  v.group("Execution");
  v.field("device", c.machine.device, "as for training", device_choices);
  v.field("precision", c.machine.precision, "of arithmetic; tf32 and bf16 are for cuda",
          precision_choices);
  v.field("communicator", c.machine.transport, "between cuda devices, as for training",
          transport_choices);
  v.field("two-level", c.machine.two_level,
          "cuda: rows for other nodes are collected within the node first");
  v.field("threads", c.threads, "CPU threads a rank; 0: its share of the host's cores",
          at_least(0));
  v.field("deadline", c.deadline, "how long a rank waits for another before all give up",
          at_least(1), "seconds");
}

/// Every combination, in groups that differ by their workloads alone; a case's `ep` is then that of
/// `ranks` ranks. Error(bad_usage) where one cannot be: the layer, the grid, ranks that would have
/// no token, a name that no workload has.
std::vector<std::vector<DispatchCase>> dispatch_cases(const DispatchBenchConfig& config, int ranks);

/// "router", "balanced", ...
std::string workload_name(const DispatchCase& c);
/// "both, 1024 tokens of 512, 8 experts of 64, k 2, ep 2, overlap degree 1".
std::string sizes_text(const DispatchCase& c);
/// The workload's name and these.
std::string to_string(const DispatchCase& c);

}  // namespace switchyard
