// switchyard bench inference

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/bench/bench_kinds.hpp"
#include "apps/bench/inference_report.hpp"
#include "apps/bench/inference_subject.hpp"
#include "apps/bench/results.hpp"
#include "apps/bench/test_images.hpp"
#include "apps/memory_advice.hpp"
#include "apps/profiling/profile_session.hpp"
#include "data/sampler.hpp"
#include "profile/window.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: [mpirun -n RANKS] switchyard bench inference [--key value ...]\n"
    "Table of heads: parameters, peak memory of tensors, time of a pass, images/s.\n";

using Subjects = std::vector<std::unique_ptr<InferenceSubject>>;

// Of one head, so that a profile's steps are alike, and within the passes that are timed.
void require_profile_fits(const InferenceRequest& request) {
  const ProfileConfig& profile = request.config.training.profile;
  if (!profile.on()) return;
  SY_REQUIRE(request.heads.size() == 1, ExitCode::bad_usage,
             "--profile of {} heads would add up their times and rows; give one with --heads",
             request.heads.size());
  require_within(parse_profile_window(profile.steps), request.config.repeats);
}

std::filesystem::path profile_folder(const InferenceRequest& request) {
  const MeasuredRun* run = request.run_of(request.heads.front());
  if (!run && !request.runs.empty()) run = &request.runs.front();
  return (run ? run->folder : RunFolder("")).profile("bench-inference");
}

void require_full_batches(const InferenceBenchConfig& config, int ranks) {
  SY_REQUIRE(config.batch >= ranks, ExitCode::bad_usage,
             "--batch {} leaves some of the {} ranks without an image (only full batches are "
             "measured); give {} or more, or fewer ranks",
             config.batch, ranks, ranks);
}

// Without runs there are none.
std::optional<TrainingData> load_images(const InferenceRequest& request, Communicator& world) {
  if (request.runs.empty()) return std::nullopt;
  return load_test_images(request.config.training.data, request.config.batch, world);
}

Batch make_batch(const InferenceBenchConfig& config, const std::optional<TrainingData>& images,
                 Machine& machine) {
  const DType dtype = compute_dtype(config.training.execution.precision);
  return images ? first_test_images(*images, config.batch, machine, dtype)
                : random_batch(machine, config.batch, dtype);
}

std::string folder_of(const MeasuredRun* run) {
  return run ? run->folder.path().string() : "";
}

std::vector<HeadFigures> measure_heads(const InferenceRequest& request, Subjects& subjects,
                                       Machine& machine) {
  const InferenceBenchConfig& config = request.config;
  std::vector<Work> works;
  for (auto& subject : subjects) works.push_back([&subject] { subject->run(); });
  const auto measured = measure_in_turn(
      place_of(machine), {.warmup = config.warmup, .repeats = config.repeats}, works);
  std::vector<HeadFigures> figures;
  for (std::size_t i = 0; i < subjects.size(); ++i)
    figures.push_back({.head = subjects[i]->head(),
                       .run = folder_of(request.run_of(subjects[i]->head())),
                       .parameters = subjects[i]->parameters(),
                       .peak_bytes = subjects[i]->peak_bytes(),
                       .host = over_ranks(measured[i].host),
                       .device = over_ranks(measured[i].device)});
  return figures;
}

/// What the table's reader must know.
std::string headline(const InferenceRequest& request, Machine& machine, bool recorded) {
  const InferenceBenchConfig& config = request.config;
  const int ranks = machine.world().size();
  const auto least = shard(config.batch, Rank{ranks - 1}, ranks).size();
  const auto most = shard(config.batch, Rank{0}, ranks).size();
  return fmt::format(
      "inference of ResNet-18, width {}, {}, {}, {} rank{}: {}\n"
      "full batches of {} images ({} a rank){}; each head {} passes to warm up, then {} rounds of\n"
      "one pass a head in turn; a pass ends with its slowest rank; / dense: of the same round\n",
      config.training.model.width, name_of(config.training.execution.precision, precision_choices),
      recorded ? "recorded" : "not recorded", ranks, ranks == 1 ? "" : "s", machine.description(),
      config.batch, least == most ? fmt::format("{}", most) : fmt::format("{} or {}", least, most),
      request.runs.empty() ? " of noise"
                           : " of the test set of " + folder_of(&request.runs.front()),
      config.warmup, config.repeats);
}

Json to_json(const InferenceBenchConfig& config, const InferenceFigures& figures,
             const Subjects& subjects, Machine& machine) {
  InferenceBenchConfig copy = config;
  Json results = describe_bench("inference", machine, fields_of(copy));
  Json grids = Json::object();
  for (const auto& subject : subjects)
    grids[std::string(name_of(subject->head(), head_choices))] = {{"dp", subject->grid().dp()},
                                                                  {"ep", subject->grid().ep()}};
  results["recorded"] = records_steps(config.training.execution.graphs, machine);
  results["batch"] = figures.batch;
  results["grids"] = grids;
  results["heads"] = heads_to_json(figures);
  return results;
}

ExitCode run(InferenceRequest& request, const Launch& launch) {
  const InferenceBenchConfig& config = request.config;
  const ExecutionConfig& execution = config.training.execution;
  require_profile_fits(request);
  require_full_batches(config, launch.world.size());
  require_results_file(launch.world, config.json);
  launch.world.set_deadline(std::chrono::seconds(execution.deadline));
  use_threads(execution.threads);
  const std::optional<TrainingData> images = load_images(request, launch.world);
  if (images) request.set_classes(images->set.classes());

  auto unwatched = make_machine(machine_config(execution), launch.world, launch.log);
  ProfileSession profile(config.training.profile, StepKind::benchmark, *unwatched,
                         profile_folder(request), launch.log);
  Machine& machine = profile.machine();
  const Batch batch = make_batch(config, images, machine);
  Subjects subjects;
  for (HeadKind head : request.heads)
    subjects.push_back(
        std::make_unique<InferenceSubject>(head, request, batch, machine, launch.log));
  const InferenceFigures figures{config.batch, measure_heads(request, subjects, machine)};
  if (launch.world.rank().value == 0)
    fmt::print("{}\n{}", headline(request, machine, records_steps(execution.graphs, machine)),
               heads_table(figures));
  write_results(machine.world(), config.json, to_json(config, figures, subjects, machine));
  return profile.finish(ExitCode::done);
}

}  // namespace

ExitCode bench_inference(const Launch& launch, const std::vector<std::string>& words) {
  std::optional<InferenceRequest> request = read_inference_request(launch, words, kUsage);
  if (!request) return ExitCode::done;
  return with_memory_advice("--batch", [&] { return run(*request, launch); });
}

}  // namespace switchyard
