#include "apps/curvature/identity.hpp"

#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "train/agreement.hpp"

namespace switchyard {
namespace {

constexpr const char* kIdentityFile = "identity.json";

using nlohmann::json;

json to_json(const CurvatureIdentity& identity) {
  return {{"weights", identity.weights}, {"samples", identity.samples}, {"grid", identity.grid}};
}

// Also what --resume and --overwrite say is no part of what an analysis is.
std::string replayable(CurvatureConfig config) {
  config.results.resume = config.results.overwrite = false;
  return write_resolved(config);
}

CurvatureConfig earlier_config(const ResultsFolder& folder, const CurvatureConfig& config) {
  CurvatureConfig before = config;
  read_config(before, {"--config", folder.config_file().string()});
  return before;
}

void require_same(const ResultsFolder& folder, const CurvatureConfig& config,
                  const CurvatureIdentity& identity, const json& before, Logger& log) {
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

void resume(const ResultsFolder& folder, const CurvatureConfig& config,
            const CurvatureIdentity& identity, Communicator& world, Logger& log) {
  const std::optional<std::string> text = folder.read_state(kIdentityFile);
  agree(world, [&] {
    SY_REQUIRE(text && std::filesystem::exists(folder.config_file()), ExitCode::bad_data,
               "{} has no analysis to resume; start it without --resume", folder.path().string());
    const json before = json::parse(*text, nullptr, false);
    SY_REQUIRE(before.is_object(), ExitCode::bad_data,
               "{} is damaged; start the analysis anew with --overwrite",
               (folder.state() / kIdentityFile).string());
    if (world.rank() == Rank{0}) require_same(folder, config, identity, before, log);
  });
}

}  // namespace

void prepare_results(const ResultsFolder& folder, const CurvatureConfig& config,
                     const CurvatureIdentity& identity, Communicator& world, Logger& log) {
  if (config.results.resume) return resume(folder, config, identity, world, log);
  if (!config.results.overwrite && folder.holds_results())
    fail_everywhere(ExitCode::bad_usage,
                    fmt::format("{} holds results already; continue with --resume, replace them "
                                "with --overwrite, or choose another folder with --out",
                                folder.path().string()));
  folder.start_anew();
  folder.write("config.cfg", replayable(config));
  agree(world, [&] {
    if (world.rank() == Rank{0}) RunFolder(folder.path()).write_build();
  });
  folder.write_state(kIdentityFile, to_json(identity).dump(2) + "\n");
}

}  // namespace switchyard
