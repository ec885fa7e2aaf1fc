// switchyard routing

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
    Words all = words;
    const std::optional<RunFolder> run = named_run(launch.world, words, "routing", kUsage);
    if (run) {
      all.erase(all.begin());
      all.insert(all.begin(), {"--config", run->config_file().string()});
    }
    if (!read_shared_config(launch, config, all, kUsage)) return ExitCode::done;
    return analyse_routing(config, *run, launch);
  });
}

}  // namespace switchyard
