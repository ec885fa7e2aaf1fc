// switchyard curvature

#include "apps/curvature/analyse.hpp"
#include "apps/memory_advice.hpp"
#include "apps/switchyard/commands.hpp"
#include "train/first_rank.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard curvature RUN [--key value ...]\n"
    "RUN is a run folder; its configuration is the default of model, data and execution.\n";

CurvatureConfig config_of(const std::optional<RunFolder>& run, const Launch& launch) {
  CurvatureConfig config;
  config.training = config_of_run(run, launch, kUsage);
  return config;
}

std::string folder_of(const CurvatureConfig& config, const RunFolder& run) {
  if (!config.results.folder.empty()) return config.results.folder;
  auto part = name_of<DataPart>(config.matrix.part, data_part_choices);
  return (run.path() / "curvature" / part).string();
}

// An analysis that is resumed goes on as it was configured, but for what the command line says.
void take_earlier_config(CurvatureConfig& config, const std::string& folder, const Words& words,
                         const RunFolder& run, const Launch& launch) {
  const std::filesystem::path earlier = std::filesystem::path(folder) / "config.cfg";
  if (!first_rank_sees(earlier, launch.world)) return;
  config = config_of(run, launch);
  Words all = {"--config", earlier.string()};
  all.insert(all.end(), words.begin(), words.end());
  read_shared_config(launch, config, all, kUsage);
}

}  // namespace

ExitCode curvature_command(int& argc, char**& argv, const Words& words) {
  StopSignals signals;
  return run_on_all_ranks(argc, argv, [&](const Launch& launch) {
    const std::optional<RunFolder> run = named_run(launch.world, words, "curvature", kUsage);
    const Words rest = words_behind(run, words);
    CurvatureConfig config = config_of(run, launch);
    if (!read_shared_config(launch, config, rest, kUsage)) return ExitCode::done;
    const std::string folder = folder_of(config, *run);
    if (config.results.resume) take_earlier_config(config, folder, rest, *run, launch);
    config.results.folder = folder;
    return with_memory_advice("--curvature-batch",
                              [&] { return analyse_curvature(config, *run, launch, signals); });
  });
}

}  // namespace switchyard
