// switchyard train

#include "apps/launch.hpp"
#include "apps/switchyard/commands.hpp"
#include "base/stop_signals.hpp"
#include "train/trainer.hpp"

namespace switchyard {

ExitCode train_command(int& argc, char**& argv, const Words& words) {
  StopSignals signals;
  return run_on_all_ranks(argc, argv, [&](const Launch& launch) {
    TrainConfig config;
    std::string_view usage =
        "usage: [mpirun -n RANKS] switchyard train [--config FILE] [--key value ...]\n";
    if (!read_shared_config(launch, config, words, usage)) return ExitCode::done;
    launch.world.set_deadline(std::chrono::seconds(config.execution.deadline));
    use_threads(config.execution.threads);
    return Trainer(config, launch.world, launch.log, signals).run();
  });
}

}  // namespace switchyard
