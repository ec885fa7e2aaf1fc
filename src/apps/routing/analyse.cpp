#include "apps/routing/analyse.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "analysis/routing/expert_similarity.hpp"
#include "apps/profiling/profile_session.hpp"
#include "apps/routing/report.hpp"
#include "apps/routing/tables.hpp"
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

std::string split_of(const RoutingConfig& config) {
  return std::string(name_of<DataPart>(config.part, data_part_choices));
}

std::vector<OtherRouting> comparable_routings(const RoutingConfig& config, const ImageSet& images,
                                              const std::vector<std::int64_t>& samples) {
  std::vector<OtherRouting> others = read_other_routings(config.against, split_of(config));
  for (const OtherRouting& other : others)
    require_comparable(other, images, samples, config.training.model.head.experts);
  return others;
}

// Before an hour of work, not after it.
void prepare(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const bool writable = !error && ::access(folder.c_str(), W_OK | X_OK) == 0;
  SY_REQUIRE(writable, ExitCode::run_failed,
             "cannot write into the folder {} ({}); choose another with --out", folder.string(),
             error ? error.message() : std::strerror(errno));
}

RoutingResults measure_run(const RoutingConfig& config, const RunFolder& run,
                           const ModelConfig& model, const TrainingData& data, Machine& machine,
                           Logger& log) {
  DistributedClassifier classifier(machine.backend(), machine.world(), model,
                                   distributed_options(config.training));
  WeightsOrigin weights = load_named_weights(config.checkpoint, run, classifier, log);
  ImagePool pool(machine.backend(), data.set, images_of(data, config.part));
  auto batches = pool.batches({.dtype = classifier.image_dtype()});
  RoutingMeasurement measured = measure_routing(classifier, *batches, samples_of(data, config.part),
                                                config.training.run.eval_batch);
  return {.run = run.path().string(),
          .weights = std::move(weights),
          .split = split_of(config),
          .model = model,
          .figures = routing_figures(measured, parameter_cosines(classifier), model),
          .lines = std::move(measured.lines),
          .against = {}};
}

void write(const RoutingResults& results, const fs::path& folder) {
  auto file = [&](const char* rest) { return folder / (results.split + rest); };
  write_file(file("-samples.csv"), sample_table(results.lines));
  write_file(file("-experts.csv"), expert_table(results));
  write_file(file("-classes.csv"), class_table(results));
  write_file(file("-similarity.csv"), similarity_table(results));
  write_file(file(".json"), routing_json(results));
}

}  // namespace

ExitCode analyse_routing(const RoutingConfig& config, const RunFolder& run, const Launch& launch) {
  const ExecutionConfig& execution = config.training.execution;
  launch.world.set_deadline(std::chrono::seconds(execution.deadline));
  use_threads(execution.threads);
  const bool leads = launch.world.rank().value == 0;
  const fs::path folder = config.folder.empty() ? run.routing() : fs::path(config.folder);
  const TrainingData data = load_training_data(config.training.data, launch.world);
  const ModelConfig model = model_of(config, data);
  const std::vector<std::int64_t> samples = samples_of(data, config.part);
  auto unwatched = make_machine(machine_config(execution), launch.world, launch.log);
  ProfileSession profile(config.training.profile, StepKind::evaluation, *unwatched,
                         run.profile("routing"), launch.log);
  profile.require_within(batch_count(std::ssize(samples), config.training.run.eval_batch));
  std::vector<OtherRouting> others;  // on the rank that leads
  agree(launch.world, [&] {
    if (!leads) return;
    others = comparable_routings(config, images_of(data, config.part), samples);
    prepare(folder);
  });
  RoutingResults results = measure_run(config, run, model, data, profile.machine(), launch.log);
  agree(launch.world, [&] {
    if (!leads) return;
    for (const OtherRouting& other : others)
      results.against.push_back(agreement_with(other, results.lines));
    write(results, folder);
  });
  if (leads) fmt::print("{}", routing_report(results));
  return profile.finish(ExitCode::done);
}

}  // namespace switchyard
