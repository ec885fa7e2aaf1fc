// switchyard bench dispatch

#include <nlohmann/json.hpp>
#include <utility>

#include "apps/bench/bench_kinds.hpp"
#include "apps/bench/dispatch_recording.hpp"
#include "apps/bench/dispatch_report.hpp"
#include "apps/bench/results.hpp"
#include "apps/memory_advice.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard bench dispatch [--key value ...]\n"
    "Times of a sparse MoE layer alone: router, plan, rows to their experts, experts, rows back,\n"
    "weighted sums. Keys that take lists are measured in every combination.\n";

std::string headline(const DispatchBenchConfig& config, Machine& machine) {
  const int ranks = machine.world().size();
  return fmt::format(
      "sparse MoE layer, {}, {} rank{}: {}\n"
      "each workload {} passes to warm up, then {} rounds of one pass each in turn; a pass ends\n"
      "with its slowest rank; / balanced: of the same round\n"
      "then {} passes of each are recorded: recorded ms and wait ms are medians of these, wait of\n"
      "the rank that waits longest for later ones; sent: rows to other ranks, all ranks, a pass;\n"
      "overload: rows of the fullest rank over the mean, of all routings; worst: of one routing\n",
      name_of(config.machine.precision, precision_choices), ranks, ranks == 1 ? "" : "s",
      machine.description(), config.warmup, config.repeats, kRecordedRounds * kRoutingSteps);
}

ExitCode run(DispatchBenchConfig& config, const Launch& launch) {
  const std::vector<std::vector<DispatchCase>> groups = dispatch_cases(config, launch.world.size());
  require_results_file(launch.world, config.json);
  launch.world.set_deadline(std::chrono::seconds(config.deadline));
  use_threads(config.threads);
  auto machine = make_machine(config.machine, launch.world, launch.log);
  const bool speaks = launch.world.rank().value == 0;
  if (speaks) fmt::print("{}", headline(config, *machine));
  Json all = Json::array();
  for (const std::vector<DispatchCase>& group : groups) {
    const std::vector<DispatchFigures> figures = measure_dispatch(
        group, *machine, {.warmup = config.warmup, .repeats = config.repeats}, config.check);
    for (const DispatchFigures& measured : figures)
      if (measured.difference) require_agreement(*measured.difference, measured.measured_case);
    if (!speaks) continue;
    for (const DispatchFigures& measured : figures) all.push_back(dispatch_to_json(measured));
    fmt::print("\n{}", dispatch_table(figures));
  }
  Json results = describe_bench("dispatch", *machine, fields_of(config));
  results["cases"] = std::move(all);
  write_results(machine->world(), config.json, results);
  return ExitCode::done;
}

}  // namespace

ExitCode bench_dispatch(const Launch& launch, const std::vector<std::string>& words) {
  DispatchBenchConfig config;
  if (!read_shared_config(launch, config, words, kUsage)) return ExitCode::done;
  return with_memory_advice("--tokens", [&] { return run(config, launch); });
}

}  // namespace switchyard
