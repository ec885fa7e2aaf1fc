#include "apps/trained_run.hpp"

#include "train/agreement.hpp"
#include "train/checkpoint/load.hpp"

namespace switchyard {

namespace fs = std::filesystem;

namespace {

WeightsOrigin load_file(const fs::path& path, DistributedClassifier& classifier, Logger& log) {
  load_weights(path, classifier.state(), classifier.grid(), log);
  WeightsOrigin origin{.path = path, .step = {}};
  agree(classifier.grid().world(), [&] {
    if (fs::exists(path / kManifestName)) origin.step = read_manifest(path).step;
  });
  return origin;
}

}  // namespace

RunFolder existing_run(Communicator& world, const std::string& folder) {
  RunFolder run(folder);
  agree(world, [&] {
    SY_REQUIRE(fs::exists(run.config_file()), ExitCode::bad_usage,
               "{} is no run folder (it has no config.cfg); name the --out folder of a training",
               folder);
  });
  return run;
}

std::optional<RunFolder> named_run(Communicator& world, const std::vector<std::string>& words,
                                   std::string_view command, std::string_view usage) {
  using Words = std::vector<std::string>;
  if (words == Words{"--help"} || words == Words{"-h"}) return std::nullopt;
  SY_REQUIRE(!words.empty() && !words.front().starts_with("-"), ExitCode::bad_usage,
             "{} takes a run folder first; {}", command, usage);
  return existing_run(world, words.front());
}

TrainConfig config_of_run(const std::optional<RunFolder>& run, const Launch& launch,
                          std::string_view usage) {
  TrainConfig config;
  if (run) read_shared_config(launch, config, {"--config", run->config_file().string()}, usage);
  return config;
}

std::vector<std::string> words_behind(const std::optional<RunFolder>& run,
                                      const std::vector<std::string>& words) {
  return {words.begin() + (run ? 1 : 0), words.end()};
}

WeightsOrigin load_named_weights(const std::string& checkpoint, const RunFolder& run,
                                 DistributedClassifier& classifier, Logger& log) {
  if (checkpoint != "best" && checkpoint != "last") return load_file(checkpoint, classifier, log);
  Communicator& world = classifier.grid().world();
  auto found = checkpoint == "best" ? find_best_checkpoint(run.path(), world, log)
                                    : find_latest_checkpoint(run.path(), world, log);
  if (!found)
    fail_everywhere(ExitCode::bad_data, fmt::format("{} has no {} checkpoint; train it first",
                                                    run.path().string(), checkpoint));
  load_weights(*found, classifier.state(), classifier.grid(), log);
  return {.path = found->folder, .step = found->manifest.step};
}

const ImageSet& images_of(const TrainingData& data, DataPart part) {
  return part == DataPart::test ? data.set.test : data.set.train;
}

std::vector<std::int64_t> samples_of(const TrainingData& data, DataPart part) {
  switch (part) {
    case DataPart::train:
      return data.split.train;
    case DataPart::validation:
      return data.split.validation;
    case DataPart::test:
      return all_samples(data.set.test);
  }
  return {};
}

}  // namespace switchyard
