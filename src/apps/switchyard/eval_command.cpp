// switchyard eval

#include "apps/launch.hpp"
#include "apps/memory_advice.hpp"
#include "apps/profiling/profile_session.hpp"
#include "apps/switchyard/commands.hpp"
#include "apps/trained_run.hpp"
#include "data/sampler.hpp"
#include "train/epoch_report.hpp"
#include "train/evaluation.hpp"
#include "train/image_pool.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard eval RUN [--key value ...]\n"
    "RUN is a run folder; its configuration is the default of model, data and execution. The "
    "figures\n"
    "are one line of JSON on standard output; all else that is said goes to standard error.\n";

struct EvalConfig : RunViewConfig {};

template <class Visitor>
void visit(Visitor& v, EvalConfig& c) {
  v.group("Evaluation");
  visit(v, static_cast<RunViewConfig&>(c));
}

ExitCode evaluate_run(const EvalConfig& config, const RunFolder& run, const Launch& launch) {
  const ExecutionConfig& execution = config.training.execution;
  launch.world.set_deadline(std::chrono::seconds(execution.deadline));
  use_threads(execution.threads);
  TrainingData data = load_training_data(config.training.data, launch.world);
  ModelConfig model = config.training.model;
  model.classes = data.set.classes();
  validate(model);
  auto unwatched = make_machine(machine_config(execution), launch.world, launch.log);
  ProfileSession profile(config.training.profile, StepKind::evaluation, *unwatched,
                         run.profile("eval"), launch.log);
  const std::vector<std::int64_t> samples = samples_of(data, config.part);
  profile.require_within(batch_count(std::ssize(samples), config.training.run.eval_batch));
  Machine& machine = profile.machine();
  const bool recorded = records_steps(execution.graphs, machine);
  DistributedClassifier classifier(machine.backend(), machine.world(), model,
                                   distributed_options(config.training));
  load_named_weights(config.checkpoint, run, classifier, launch.log);

  const ImageSet& images = images_of(data, config.part);
  ImagePool pool(machine.backend(), data.set, images);
  auto batches = pool.batches({.dtype = classifier.image_dtype()});
  MetricSums sums = evaluate(classifier, *batches, samples,
                             {.batch = config.training.run.eval_batch, .recorded = recorded});
  if (launch.world.rank().value == 0)
    fmt::print("{}\n", figures_line(name_of<DataPart>(config.part, data_part_choices), sums));
  return profile.finish(ExitCode::done);
}

}  // namespace

ExitCode eval_command(int& argc, char**& argv, const Words& words) {
  return run_on_all_ranks(argc, argv, [&](const Launch& launch) {
    EvalConfig config;
    const std::optional<RunFolder> run = named_run(launch.world, words, "eval", kUsage);
    config.training = config_of_run(run, launch, kUsage);
    if (!read_shared_config(launch, config, words_behind(run, words), kUsage))
      return ExitCode::done;
    return with_memory_advice("--eval-batch", [&] { return evaluate_run(config, *run, launch); });
  });
}

}  // namespace switchyard
