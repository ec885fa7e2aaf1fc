// switchyard bench inference | dispatch | comm

#include "apps/bench/bench_kinds.hpp"
#include "apps/switchyard/commands.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard bench KIND [--key value ...]\n"
    "\n"
    "kinds:\n"
    "  inference  heads beside one another: parameters, memory, time of a batch, images/s\n"
    "  dispatch   a sparse MoE layer alone, under one kind of imbalance at a time\n"
    "  comm       collectives on each communicator, in nccl-tests' columns\n"
    "\n"
    "switchyard bench KIND --help lists a kind's options with defaults and units.\n";

struct Kind {
  std::string_view name;
  ExitCode (*run)(const Launch&, const Words&);
};
constexpr Kind kKinds[] = {
    {"inference", bench_inference}, {"dispatch", bench_dispatch}, {"comm", bench_comm}};

ExitCode run_kind(const Launch& launch, const Words& words) {
  const std::string asked = words.empty() ? "" : words.front();
  for (const Kind& kind : kKinds)
    if (asked == kind.name) return kind.run(launch, Words(words.begin() + 1, words.end()));
  const bool help = asked == "--help" || asked == "-h";
  SY_REQUIRE(help || !words.empty(), ExitCode::bad_usage, "bench takes a kind first\n{}", kUsage);
  SY_REQUIRE(help, ExitCode::bad_usage, "'{}' is nothing that bench can measure\n{}", asked,
             kUsage);
  if (launch.world.rank().value == 0) fmt::print("{}", kUsage);
  return ExitCode::done;
}

}  // namespace

ExitCode bench_command(int& argc, char**& argv, const Words& words) {
  return run_on_all_ranks(argc, argv,
                          [&](const Launch& launch) { return run_kind(launch, words); });
}

}  // namespace switchyard
