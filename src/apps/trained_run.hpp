#pragma once
// A trained run, for the commands that look at its model: the folder, the weights, the samples.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/launch.hpp"
#include "train/run_folder.hpp"
#include "train/training_data.hpp"

namespace switchyard {

enum class DataPart { train, validation, test };
inline constexpr Choice<DataPart> data_part_choices[] = {
    {DataPart::train, "train"}, {DataPart::validation, "val"}, {DataPart::test, "test"}};

/// The run in `folder`. Throws Error(bad_usage) where a rank sees none. Collective.
RunFolder existing_run(Communicator& world, const std::string& folder);

/// The run folder that the words of a command begin with; none where they only ask for help.
/// Throws Error(bad_usage) where a rank sees no such folder. Collective.
std::optional<RunFolder> named_run(Communicator& world, const std::vector<std::string>& words,
                                   std::string_view command, std::string_view usage);

/// What a command looks at of a run: which weights, on which images, and the run's own settings, of
/// which those of data, model and execution can be changed.
struct RunViewConfig {
  std::string checkpoint = "best";
  DataPart part = DataPart::test;
  TrainConfig training;
};

template <class Visitor>
void visit(Visitor& v, RunViewConfig& c) {
  v.field("checkpoint", c.checkpoint,
          "best, last, a checkpoint's folder, or a .safetensors file with PyTorch names",
          "best|last|PATH");
  v.field("split", c.part, "images to measure on", data_part_choices);
  v.field("eval-batch", c.training.run.eval_batch, "global batch size, over all ranks", at_least(1),
          "images");
  v.field("seed", c.training.run.seed, "of the gate noise, where evaluation has any");
  visit(v, c.training.data);
  visit(v, c.training.model);
  visit(v, c.training.execution);
  visit(v, c.training.profile);
}

/// The configuration of the run; the defaults where there is none. Collective.
TrainConfig config_of_run(const std::optional<RunFolder>& run, const Launch& launch,
                          std::string_view usage);

/// Words of a command without the run folder that they begin with, if they do.
std::vector<std::string> words_behind(const std::optional<RunFolder>& run,
                                      const std::vector<std::string>& words);

/// Where weights came from.
struct WeightsOrigin {
  std::filesystem::path path;
  std::optional<std::int64_t> step;  ///< optimizer steps, where the files say so
};

/// Loads `checkpoint` (best, last, or the path of a checkpoint's folder or a .safetensors file)
/// into the classifier. Throws Error(bad_data) where there is none or it does not fit. Collective.
WeightsOrigin load_named_weights(const std::string& checkpoint, const RunFolder& run,
                                 DistributedClassifier& classifier, Logger& log);

/// The images that a part's samples are indices of, and those samples.
const ImageSet& images_of(const TrainingData& data, DataPart part);
std::vector<std::int64_t> samples_of(const TrainingData& data, DataPart part);

}  // namespace switchyard
