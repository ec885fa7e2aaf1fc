// bench_model: inference and training steps of whole models, on one rank or, under mpirun, many.
//
// Each repetition is some steps, timed from a barrier to the last rank's end, so that all ranks run
// the same steps; the time is that of one. Words that begin with --benchmark_ are
// google-benchmark's.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "apps/bench/choice_list.hpp"
#include "apps/launch.hpp"
#include "train/config.hpp"
#include "workload.hpp"

namespace switchyard {
namespace {

struct BenchConfig {
  DeviceKind device = DeviceKind::automatic;
  Precision precision = Precision::f32;
  Graphs graphs = Graphs::automatic;
  Transport communicator = Transport::automatic;
  std::string heads = "dense,soft,sparse";
  int width = 64;
  std::int64_t inference_batch = 32;
  std::int64_t training_batch = 128;
  int repetitions = 7;
  int steps = 1;
  int warm_up = 2;
  int ep = 0;
  int threads = 0;
};

template <class Visitor>
void visit(Visitor& v, BenchConfig& c) {
  v.group("Benchmark");
  v.field("device", c.device, "cuda, cpu or ref; auto: cuda where there is a device",
          device_choices);
  v.field("precision", c.precision, "of arithmetic", precision_choices);
  v.field("graphs", c.graphs, "record and replay steps; auto: on cuda devices", graphs_choices);
  v.field("communicator", c.communicator, "between cuda devices", transport_choices);
  v.field("heads", c.heads, "of dense, soft, sparse and hard, with commas", "LIST");
  v.field("width", c.width, "channels of the first ResNet-18 stage", at_least(1));
  v.field("inference-batch", c.inference_batch, "global batch of inference", at_least(1), "images");
  v.field("training-batch", c.training_batch, "global batch of a training step", at_least(1),
          "images");
  v.field("repetitions", c.repetitions, "times that are taken", at_least(1));
  v.field("steps", c.steps, "steps a repetition, enqueued one behind the other", at_least(1));
  v.field("warm-up", c.warm_up, "repetitions before those", at_least(0));
  v.field("ep", c.ep, "ranks an expert-parallel group; 0: the largest that fits", at_least(0));
  v.field("threads", c.threads, "OpenMP threads a rank; 0: share this host's cores", at_least(0));
}

constexpr std::string_view usage =
    "usage: [mpirun -n RANKS] bench_model [--key value ...] [--benchmark_filter=REGEX ...]\n"
    "rss_MiB is the process' high-water mark: filter for one benchmark to have its own.\n";

double max_over_ranks(Communicator& world, double value) {
  auto host = make_host_allocator();
  Tensor mine(*host, {1}, DType::f64), all(*host, {world.size()}, DType::f64);
  mine.data<double>()[0] = value;
  world.all_gather_rows(mine, all,
                        std::vector<std::int64_t>(static_cast<std::size_t>(world.size()), 1));
  return std::ranges::max(all.span<double>());
}

double peak_resident_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss);
}

/// Runs benchmarks over one workload at a time: the one asked for last stays in memory.
class Stage {
 public:
  Stage(Machine& machine, const BenchConfig& config) : machine_(machine), config_(config) {}

  void run(benchmark::State& state, const WorkloadSpec& spec) {
    Workload& workload = prepare(spec);
    for (auto _ : state) state.SetIterationTime(seconds_of_step(workload));
    using benchmark::Counter;
    state.counters["images/s"] =
        Counter(static_cast<double>(spec.batch), Counter::kIsIterationInvariantRate);
    constexpr double kib = 1024;
    Communicator& world = machine_.world();
    state.counters["tensors_MiB"] =
        max_over_ranks(world, static_cast<double>(workload.peak_bytes()) / kib / kib);
    state.counters["rss_MiB"] = max_over_ranks(world, peak_resident_kib() / kib);
  }

 private:
  Workload& prepare(const WorkloadSpec& spec) {
    if (workload_ && workload_->spec() == spec) return *workload_;
    workload_.reset();
    workload_.emplace(spec, machine_,
                      WorkloadOptions{.precision = config_.precision,
                                      .ep = config_.ep,
                                      .recorded = records_steps(config_.graphs, machine_)});
    for (int i = 0; i < config_.warm_up; ++i) seconds_of_step(*workload_);
    return *workload_;
  }

  double seconds_of_step(Workload& workload) {
    machine_.world().barrier();
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < config_.steps; ++i) workload.run();
    workload.finish();
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    return max_over_ranks(machine_.world(), elapsed.count() / config_.steps);
  }

  Machine& machine_;
  BenchConfig config_;
  std::optional<Workload> workload_;
};

std::vector<WorkloadSpec> workloads(const BenchConfig& config) {
  using enum WorkloadKind;
  constexpr int small_width = 16;
  std::vector<WorkloadSpec> specs;
  for (HeadKind head : parse_choices("heads", config.heads, head_choices)) {
    specs.push_back({inference, head, config.width, config.inference_batch});
    specs.push_back({training, head, config.width, config.training_batch});
  }
  for (WorkloadKind kind : {inference, training})
    specs.push_back({kind, HeadKind::dense, small_width, config.training_batch});
  return specs;
}

void register_all(Stage& stage, const BenchConfig& config) {
  for (const WorkloadSpec& spec : workloads(config))
    benchmark::RegisterBenchmark(to_string(spec).c_str(),
                                 [&stage, spec](benchmark::State& s) { stage.run(s, spec); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1)
        ->Repetitions(config.repetitions)
        ->DisplayAggregatesOnly();
}

/// Only rank 0 shows and writes results.
class SilentReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

/// `words` must outlive the library's use: it keeps the program's name.
void initialize_library(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  SY_REQUIRE(count <= 1, ExitCode::bad_usage, "google-benchmark has no option {}", pointers[1]);
}

void run_library(bool reports) {
  SilentReporter silent;
  if (reports)
    benchmark::RunSpecifiedBenchmarks();
  else
    benchmark::RunSpecifiedBenchmarks(&silent);
}

ExitCode run_benchmarks(const Launch& launch, const std::vector<std::string>& words) {
  bool first = launch.world.rank().value == 0;
  std::vector<std::string> own, library = {"bench_model"};
  for (const std::string& word : words) {
    if (!word.starts_with("--benchmark_"))
      own.push_back(word);
    else if (first || !word.starts_with("--benchmark_out"))
      library.push_back(word);
  }
  BenchConfig config;
  if (!read_shared_config(launch, config, own, usage)) return ExitCode::done;
  use_threads(config.threads);
  initialize_library(library);
  auto machine = make_machine(
      {.device = config.device, .precision = config.precision, .transport = config.communicator},
      launch.world, launch.log);
  Stage stage(*machine, config);
  register_all(stage, config);
  run_library(first);
  benchmark::ClearRegisteredBenchmarks();
  return ExitCode::done;
}

}  // namespace
}  // namespace switchyard

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  return static_cast<int>(switchyard::run_on_all_ranks(
      argc, argv,
      [&](const switchyard::Launch& launch) { return switchyard::run_benchmarks(launch, words); }));
}
