// switchyard routing

#include "apps/memory_advice.hpp"
#include "apps/routing/analyse.hpp"
#include "apps/switchyard/commands.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard routing RUN [--key value ...]\n"
    "RUN is the run folder of a mixture; its configuration is the default of every key. Figures "
    "go\n"
    "to RUN/routing/SPLIT.json, a line for each image to RUN/routing/SPLIT-samples.csv.\n";

}  // namespace

ExitCode routing_command(int& argc, char**& argv, const Words& words) {
  return run_on_all_ranks(argc, argv, [&](const Launch& launch) {
    RoutingConfig config;
    const std::optional<RunFolder> run = named_run(launch.world, words, "routing", kUsage);
    if (!read_shared_config(launch, config, words_on_run(run, words), kUsage))
      return ExitCode::done;
    return with_memory_advice("--eval-batch",
                              [&] { return analyse_routing(config, *run, launch); });
  });
}

}  // namespace switchyard
