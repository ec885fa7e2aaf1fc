#include "apps/curvature/identity.hpp"

#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "train/agreement.hpp"

namespace switchyard {
namespace {

Json to_json(const CurvatureIdentity& identity) {
  return {{"weights", identity.weights}, {"samples", identity.samples}, {"grid", identity.grid}};
}

// Also what --resume and --overwrite say is no part of what an analysis is.
std::string replayable(CurvatureConfig config) {
  config.results.resume = config.results.overwrite = false;
  config.training.profile = {};
  return write_resolved(config);
}

CurvatureConfig earlier_config(const ResultsFolder& folder, const CurvatureConfig& config) {
  CurvatureConfig before = config;
  read_config(before, {"--config", folder.config_file().string()});
  return before;
}

void require_same(const ResultsFolder& folder, const CurvatureConfig& config,
                  const CurvatureIdentity& identity, const Json& before, Logger& log) {
  const std::string path = folder.path().string();
  const std::string differences = setting_differences(earlier_config(folder, config), config);
  SY_REQUIRE(differences.empty(), ExitCode::bad_usage,
             "{} holds an analysis with other settings: {}; resume it with its own, or choose "
             "another folder with --out",
             path, differences);
  SY_REQUIRE(before.at("weights") == identity.weights, ExitCode::bad_data,
             "{} holds an analysis of other weights (their checksum was {}, that of --checkpoint "
             "{} is {}); name the checkpoint that it began with, or choose another folder with "
             "--out",
             path, before.at("weights").get<std::string>(), config.matrix.checkpoint,
             identity.weights);
  SY_REQUIRE(before.at("samples") == identity.samples, ExitCode::bad_data,
             "{} holds an analysis of other samples (the data set has changed); bring it back, or "
             "choose another folder with --out",
             path);
  if (before.at("grid") != identity.grid)
    log.warning("resumed on {} (it was begun on {}): results agree to rounding only", identity.grid,
                before.at("grid").get<std::string>());
}

void check_resumable(const ResultsFolder& folder, const CurvatureConfig& config,
                     const CurvatureIdentity& identity, Communicator& world, Logger& log) {
  const Json before = folder.read_state(ResultsFolder::kIdentityFile);
  agree(world, [&] {
    SY_REQUIRE(!before.is_null() && std::filesystem::exists(folder.config_file()),
               ExitCode::bad_data, "{} has no analysis to resume; start it without --resume",
               folder.path().string());
    if (world.rank() == Rank{0}) require_same(folder, config, identity, before, log);
  });
}

void check_replaceable(const ResultsFolder& folder, bool overwrite) {
  const std::string path = folder.path().string();
  const FolderContents contents = folder.contents();
  if (contents == FolderContents::training)
    fail_everywhere(ExitCode::bad_usage,
                    fmt::format("{} is the folder of a training run, whose config.cfg an analysis "
                                "would replace; name another folder with --out",
                                path));
  if (contents == FolderContents::other)
    fail_everywhere(ExitCode::bad_usage,
                    fmt::format("{} holds files of the names that an analysis writes, but no "
                                "analysis; name another folder with --out",
                                path));
  if (contents == FolderContents::analysis && !overwrite)
    fail_everywhere(ExitCode::bad_usage,
                    fmt::format("{} holds results already; continue with --resume, replace them "
                                "with --overwrite, or choose another folder with --out",
                                path));
}

}  // namespace

void check_results(const ResultsFolder& folder, const CurvatureConfig& config,
                   const CurvatureIdentity& identity, Communicator& world, Logger& log) {
  if (config.results.resume) return check_resumable(folder, config, identity, world, log);
  check_replaceable(folder, config.results.overwrite);
}

void start_results(const ResultsFolder& folder, const CurvatureConfig& config,
                   const CurvatureIdentity& identity, Communicator& world) {
  if (config.results.resume) return;
  folder.start_anew();
  folder.write_state(ResultsFolder::kIdentityFile, to_json(identity));
  folder.write("config.cfg", replayable(config));
  agree(world, [&] {
    if (world.rank() == Rank{0}) RunFolder(folder.path()).write_build();
  });
}

}  // namespace switchyard
