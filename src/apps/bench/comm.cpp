// switchyard bench comm

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/bus_factor.hpp"
#include "apps/bench/bench_kinds.hpp"
#include "apps/bench/choice_list.hpp"
#include "apps/bench/comm_groups.hpp"
#include "apps/bench/comm_report.hpp"
#include "apps/bench/comm_sizes.hpp"
#include "apps/bench/results.hpp"
#include "apps/memory_advice.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: mpirun -n RANKS switchyard bench comm [--key value ...]\n"
    "Collectives on each communicator, in nccl-tests' columns.\n";

std::vector<double> of_one_call(const RankTimes& times, const CommBenchConfig& config) {
  std::vector<double> seconds = over_ranks(times, config.over_ranks);
  for (double& time : seconds) time /= config.calls;
  return seconds;
}

class CommBench {
 public:
  /// Error(bad_usage) for sizes and collectives that cannot be measured.
  CommBench(const CommBenchConfig& config, const Launch& launch)
      : config_(config),
        launch_(launch),
        collectives_(parse_choices("collectives", config.collectives, measured_collective_choices)),
        sizes_(message_sizes(parse_bytes("min-bytes", config.min_bytes),
                             parse_bytes("max-bytes", config.max_bytes), config.factor)) {
    for (MeasuredCollective kind : collectives_)
      count_elements(kind, config.dtype, sizes_.front(), launch.world.size());
  }

  bool measures(MeasuredCollective kind) const {
    return std::ranges::find(collectives_, kind) != collectives_.end();
  }

  /// Every collective on this group. Collective.
  std::vector<CommTable> run(OpenGroup& group) {
    std::vector<CommTable> tables;
    for (MeasuredCollective kind : collectives_) tables.push_back(run(group, kind));
    return tables;
  }

  /// On rank 0.
  void show(const std::string& text) const {
    if (launch_.world.rank().value != 0) return;
    fmt::print("{}", text);
    std::fflush(stdout);
  }

 private:
  CommTable run(OpenGroup& group, MeasuredCollective kind) {
    CommTable table{std::string(name_of(kind, measured_collective_choices)), group.name};
    show(table_head(table.collective, table.communicator));
    for (std::int64_t size : sizes_) {
      table.rows.push_back(measure_size(group, kind, size));
      show(table_line(table.rows.back()));
    }
    show(table_foot(table));
    return table;
  }

  CommRow measure_size(OpenGroup& group, MeasuredCollective kind, std::int64_t size) {
    Backend& backend = group.machine->backend();
    CollectiveCall call(kind, {group.group, backend}, config_.dtype, size, config_.hot_factor);
    const BenchPlace place{backend, launch_.world, group.machine->timer()};
    const Measurement measured =
        measure(place, {.warmup = config_.warmup, .repeats = config_.repeats}, [&] {
          for (int i = 0; i < config_.calls; ++i) call.run();
        });
    return {.size = call.size(),
            .count = call.count(),
            .dtype = config_.dtype,
            .sums = call.sums(),
            .in_place = call.in_place(),
            .root = call.root(),
            .factor = bus_factor(call.operation(), group.group.size()),
            .travelling_bytes = call.travelling_bytes(),
            .seconds = of_one_call(measured.host, config_),
            .device_seconds = of_one_call(measured.device, config_),
            .wrong = config_.check ? std::optional(call.check()) : std::nullopt};
  }

  const CommBenchConfig& config_;
  const Launch& launch_;
  std::vector<MeasuredCollective> collectives_;
  std::vector<std::int64_t> sizes_;
};

std::string headline(const CommBenchConfig& config, const Json& description) {
  const int hosts = description.at("hosts").get<int>();
  return fmt::format(
      "# {} ranks on {} host{}: {}\n"
      "# time: of one call, the median of {} repetitions of {} calls after {} to warm up;\n"
      "# of a repetition's ranks the {}\n",
      description.at("ranks").get<int>(), hosts, hosts == 1 ? "" : "s",
      description.at("device").get<std::string>(), config.repeats, config.calls, config.warmup,
      name_of(config.over_ranks, over_ranks_choices));
}

/// What is measured on: chosen as for any command, and given back.
struct Surroundings {
  Json description;
  bool on_devices = false;
};
Surroundings look_around(CommBenchConfig& config, const Launch& launch) {
  auto machine = make_machine({.device = config.device}, launch.world, launch.log);
  return {describe_bench("comm", *machine, fields_of(config)),
          machine->backend().allocator().memory() == MemoryKind::cuda};
}

ExitCode run(CommBenchConfig& config, const Launch& launch) {
  SY_REQUIRE(launch.world.size() > 1, ExitCode::bad_usage,
             "bench comm needs several ranks (on one nothing travels); start it with "
             "launch/run 2 or mpirun -n 2");
  CommBench bench(config, launch);
  require_results_file(launch.world, config.json);
  launch.world.set_deadline(std::chrono::seconds(config.deadline));
  use_threads(config.threads);
  Surroundings around = look_around(config, launch);
  const auto groups = groups_here(config.communicators, around.on_devices);
  bench.show(headline(config, around.description));
  if (bench.measures(MeasuredCollective::all_to_all_v))
    bench.show(fmt::format(
        "# all_to_all_v: every rank sends rank 0 {} times the rows that it sends to any other\n",
        config.hot_factor));
  bench.show("#\n");

  std::int64_t wrong = 0;
  around.description["tables"] = Json::array();
  for (MeasuredGroup which : groups) {
    auto group = open_group(which, config.communicators == "all", launch);
    if (!group) continue;
    for (const CommTable& table : bench.run(*group)) {
      wrong += table.wrong();
      around.description["tables"].push_back(to_json(table));
    }
  }
  write_results(launch.world, config.json, around.description);
  if (wrong > 0)
    fail_everywhere(ExitCode::run_failed,
                    fmt::format("{} values came out wrong (#wrong above says where); this "
                                "communicator must not be trusted with a training",
                                wrong));
  return ExitCode::done;
}

}  // namespace

ExitCode bench_comm(const Launch& launch, const std::vector<std::string>& words) {
  CommBenchConfig config;
  if (!read_shared_config(launch, config, words, kUsage)) return ExitCode::done;
  return with_memory_advice("--max-bytes", [&] { return run(config, launch); });
}

}  // namespace switchyard
