// switchyard routing

#include "apps/memory_advice.hpp"
#include "apps/routing/analyse.hpp"
#include "apps/switchyard/commands.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard routing RUN [--key value ...]\n"
    "RUN is the run folder of a mixture; its configuration is the default of model, data and\n"
    "execution. Figures go to RUN/routing/SPLIT.json and as tables to SPLIT-*.csv beside it.\n";

}  // namespace

ExitCode routing_command(int& argc, char**& argv, const Words& words) {
  return run_on_all_ranks(argc, argv, [&](const Launch& launch) {
    RoutingConfig config;
    const std::optional<RunFolder> run = named_run(launch.world, words, "routing", kUsage);
    config.training = config_of_run(run, launch, kUsage);
    if (!read_shared_config(launch, config, words_behind(run, words), kUsage))
      return ExitCode::done;
    return with_memory_advice("--eval-batch",
                              [&] { return analyse_routing(config, *run, launch); });
  });
}

}  // namespace switchyard
