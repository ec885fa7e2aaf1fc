// switchyard eval

#include "apps/launch.hpp"
#include "apps/switchyard/commands.hpp"
#include "train/checkpoint/load.hpp"
#include "train/epoch_report.hpp"
#include "train/evaluation.hpp"
#include "train/image_pool.hpp"
#include "train/run_folder.hpp"
#include "train/training_data.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard eval RUN [--key value ...]\n"
    "RUN is a run folder; its configuration is the default of every key.\n";

enum class EvalPart { train, validation, test };
constexpr Choice<EvalPart> part_choices[] = {
    {EvalPart::train, "train"}, {EvalPart::validation, "val"}, {EvalPart::test, "test"}};

struct EvalConfig {
  std::string checkpoint = "best";
  EvalPart part = EvalPart::test;
  TrainConfig training;
};

template <class Visitor>
void visit(Visitor& v, EvalConfig& c) {
  v.group("Evaluation");
  v.field("checkpoint", c.checkpoint,
          "best, last, a checkpoint's folder, or a .safetensors file with PyTorch names",
          "best|last|PATH");
  v.field("split", c.part, "images to measure on", part_choices);
  visit(v, c.training);
}

void load(const EvalConfig& config, const RunFolder& run, DistributedClassifier& classifier,
          const Launch& launch) {
  if (config.checkpoint == "best" || config.checkpoint == "last") {
    auto found = config.checkpoint == "best"
                     ? find_best_checkpoint(run.path(), launch.world, launch.log)
                     : find_latest_checkpoint(run.path(), launch.world, launch.log);
    SY_REQUIRE(found, ExitCode::bad_data, "{} has no {} checkpoint; train it first",
               run.path().string(), config.checkpoint);
    load_weights(*found, classifier.state(), classifier.grid(), launch.log);
    return;
  }
  load_weights(std::filesystem::path(config.checkpoint), classifier.state(), classifier.grid(),
               launch.log);
}

ExitCode evaluate_run(const EvalConfig& config, const RunFolder& run, const Launch& launch) {
  const ExecutionConfig& execution = config.training.execution;
  launch.world.set_deadline(std::chrono::seconds(execution.deadline));
  use_threads(execution.threads);
  TrainingData data = load_training_data(config.training.data);
  ModelConfig model = config.training.model;
  model.classes = data.set.classes();
  validate(model);
  auto machine = make_machine(machine_config(execution), launch.world, launch.log);
  const bool recorded = records_steps(execution.graphs, *machine);
  DistributedClassifier classifier(machine->backend(), machine->world(), model,
                                   distributed_options(config.training));
  load(config, run, classifier, launch);

  const ImageSet& images = config.part == EvalPart::test ? data.set.test : data.set.train;
  std::vector<std::int64_t> samples = config.part == EvalPart::test    ? all_samples(images)
                                      : config.part == EvalPart::train ? data.split.train
                                                                       : data.split.validation;
  ImagePool pool(machine->backend(), data.set, images);
  auto batches = pool.batches({.dtype = classifier.image_dtype()});
  MetricSums sums = evaluate(classifier, *batches, samples,
                             {.batch = config.training.run.eval_batch, .recorded = recorded});
  if (launch.world.rank().value == 0)
    fmt::print("{}\n", figures_line(name_of<EvalPart>(config.part, part_choices), sums));
  return ExitCode::done;
}

}  // namespace

ExitCode eval_command(int& argc, char**& argv, const Words& words) {
  return run_on_all_ranks(argc, argv, [&](const Launch& launch) {
    EvalConfig config;
    Words all = words;
    RunFolder run("");
    if (!words.empty() && !words.front().starts_with("-")) {
      run = RunFolder(words.front());
      SY_REQUIRE(std::filesystem::exists(run.config_file()), ExitCode::bad_usage,
                 "{} is no run folder (it has no config.cfg); name the --out folder of a training",
                 words.front());
      all.erase(all.begin());
      all.insert(all.begin(), {"--config", run.config_file().string()});
    } else {
      SY_REQUIRE(words == Words{"--help"} || words == Words{"-h"}, ExitCode::bad_usage,
                 "eval takes a run folder first; {}", kUsage);
    }
    if (!read_shared_config(launch, config, all, kUsage)) return ExitCode::done;
    return evaluate_run(config, run, launch);
  });
}

}  // namespace switchyard
