// switchyard train

#include <filesystem>

#include "apps/launch.hpp"
#include "apps/memory_advice.hpp"
#include "apps/profiling/profile_session.hpp"
#include "apps/switchyard/commands.hpp"
#include "base/stop_signals.hpp"
#include "train/run_folder.hpp"
#include "train/trainer.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard train [--config FILE] [--key value ...]\n";

// A run that is resumed goes on as it was configured, but for what the command line says.
Words with_earlier_config(const RunConfig& run, const Words& words) {
  std::filesystem::path earlier = RunFolder(run.folder).config_file();
  if (!run.resume || !std::filesystem::exists(earlier)) return words;
  Words all = {"--config", earlier.string()};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

ExitCode train(const TrainConfig& config, const Launch& launch, StopSignals& signals) {
  launch.world.set_deadline(std::chrono::seconds(config.execution.deadline));
  use_threads(config.execution.threads);
  auto machine = make_machine(machine_config(config.execution), launch.world, launch.log);
  ProfileSession profile(config.profile, StepKind::training, *machine,
                         RunFolder(config.run.folder).profile("train"), launch.log);
  return profile.finish(Trainer(config, profile.machine(), launch.log, signals).run());
}

}  // namespace

ExitCode train_command(int& argc, char**& argv, const Words& words) {
  StopSignals signals;
  return run_on_all_ranks(argc, argv, [&](const Launch& launch) {
    TrainConfig asked, config;
    if (!read_shared_config(launch, asked, words, kUsage)) return ExitCode::done;
    read_shared_config(launch, config, with_earlier_config(asked.run, words), kUsage);
    return with_memory_advice("--batch, and --eval-batch, which validation and test use",
                              [&] { return train(config, launch, signals); });
  });
}

}  // namespace switchyard
