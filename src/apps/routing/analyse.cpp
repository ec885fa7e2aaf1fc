#include "apps/routing/analyse.hpp"

#include "analysis/routing/expert_similarity.hpp"
#include "apps/profiling/profile_session.hpp"
#include "apps/routing/report.hpp"
#include "base/file.hpp"
#include "data/sampler.hpp"
#include "train/agreement.hpp"
#include "train/image_pool.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

ModelConfig model_of(const RoutingConfig& config, const TrainingData& data) {
  ModelConfig model = config.training.model;
  model.classes = data.set.classes();
  validate(model);
  SY_REQUIRE(model.head.is_moe(), ExitCode::bad_usage,
             "a dense head routes nothing; name the run of a soft, sparse or hard head");
  return model;
}

// Rank 0 alone has the lines and the other runs.
void write(const RoutingResults& results, const RunFolder& run) {
  fs::create_directories(run.routing());
  write_file(run.routing() / (results.split + "-samples.csv"), sample_table(results.lines));
  write_file(run.routing() / (results.split + ".json"), routing_json(results));
}

}  // namespace

ExitCode analyse_routing(const RoutingConfig& config, const RunFolder& run, const Launch& launch) {
  const ExecutionConfig& execution = config.training.execution;
  launch.world.set_deadline(std::chrono::seconds(execution.deadline));
  use_threads(execution.threads);
  const bool leads = launch.world.rank().value == 0;
  const std::string split(name_of<DataPart>(config.part, data_part_choices));
  const TrainingData data = load_training_data(config.training.data, launch.world);
  const ModelConfig model = model_of(config, data);
  std::vector<OtherRouting> others;
  agree(launch.world, [&] {
    if (leads) others = read_other_routings(config.against, split);
  });
  auto unwatched = make_machine(machine_config(execution), launch.world, launch.log);
  ProfileSession profile(config.training.profile, StepKind::evaluation, *unwatched,
                         run.profile("routing"), launch.log);
  Machine& machine = profile.machine();
  DistributedClassifier classifier(machine.backend(), machine.world(), model,
                                   distributed_options(config.training));
  WeightsOrigin weights = load_named_weights(config.checkpoint, run, classifier, launch.log);

  ImagePool pool(machine.backend(), data.set, images_of(data, config.part));
  auto batches = pool.batches({.dtype = classifier.image_dtype()});
  RoutingMeasurement measured = measure_routing(classifier, *batches, samples_of(data, config.part),
                                                config.training.run.eval_batch);
  RoutingResults results{
      .weights = std::move(weights),
      .split = split,
      .model = model,
      .metrics = std::move(measured.metrics),
      .sums = std::move(measured.sums),
      .parameter_cosines = parameter_cosines(classifier),
      .lines = sample_lines(measured.samples,
                            model.head.is_sparse() ? model.head.active_experts() : 1, launch.world),
      .against = {}};
  agree(launch.world, [&] {
    if (!leads) return;
    for (const OtherRouting& other : others)
      results.against.push_back(agreement_with(other, results.lines, model.head.experts));
    write(results, run);
  });
  if (leads) fmt::print("{}", routing_report(results));
  return profile.finish(ExitCode::done);
}

}  // namespace switchyard
