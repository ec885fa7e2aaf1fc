#pragma once
// What a benchmark of collectives is asked for.

#include <string>

#include "apps/bench/repetition.hpp"
#include "machine/machine.hpp"

namespace switchyard {

inline constexpr Choice<DType> exchanged_dtype_choices[] = {
    {DType::f32, "f32"}, {DType::f64, "f64"}, {DType::bf16, "bf16"}, {DType::i64, "i64"}};

struct CommBenchConfig {
  std::string collectives = "all";
  std::string communicators = "all";
  std::string min_bytes = "1K";
  std::string max_bytes = "16M";
  int factor = 4;
  DType dtype = DType::f32;
  double hot_factor = 2;
  int warmup = 5;
  int repeats = 7;
  int calls = 20;
  OverRanks over_ranks = OverRanks::average;
  bool check = true;
  std::string json;
  DeviceKind device = DeviceKind::automatic;
  int threads = 0;
  int deadline = 25;
};

template <class Visitor>
void visit(Visitor& v, CommBenchConfig& c) {
  v.group("Benchmark");
  v.field("collectives", c.collectives,
          "of all_reduce, all_gather, reduce_scatter, all_to_all, all_to_all_v and broadcast, with "
          "commas; or all",
          "LIST");
  v.field("communicators", c.communicators,
          "of mpi, nccl, staged and two-level, with commas; all: those that there are here",
          "LIST");
  v.field("min-bytes", c.min_bytes, "smallest size; K, M and G are understood", "BYTES");
  v.field("max-bytes", c.max_bytes, "largest size", "BYTES");
  v.field("factor", c.factor, "from one size to the next", at_least(2));
  v.field("dtype", c.dtype, "of the elements", exchanged_dtype_choices);
  v.field("hot-factor", c.hot_factor,
          "all_to_all_v: rank 0 is sent so many times the rows that any other rank is",
          Range{.lowest = 0, .highest = 1e6});
  v.field("warmup", c.warmup, "repetitions of a size before those that are timed", at_least(0));
  v.field("repeats", c.repeats, "repetitions that are timed", at_least(1));
  v.field("calls", c.calls, "calls a repetition, one behind the other; the time is that of one",
          at_least(1));
  v.field("over-ranks", c.over_ranks, "whose time of a repetition is shown", over_ranks_choices);
  v.field("check", c.check, "compare results of each size with what they must be");
  v.field("json", c.json, "file for all figures and times", "FILE");
  v.group("Execution");
  v.field("device", c.device, "cuda or cpu; auto: cuda where every rank has a device",
          device_choices);
  v.field("threads", c.threads, "OpenMP threads a rank; 0: share this host's cores", at_least(0));
  v.field("deadline", c.deadline, "longest wait for another rank", at_least(1), "seconds");
}

}  // namespace switchyard
