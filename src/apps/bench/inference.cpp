// switchyard bench inference

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/bench/bench_kinds.hpp"
#include "apps/bench/choice_list.hpp"
#include "apps/bench/inference_report.hpp"
#include "apps/bench/inference_subject.hpp"
#include "apps/bench/results.hpp"
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

// A run's own configuration is the default of model and execution.
bool read(const Launch& launch, InferenceBenchConfig& config, const std::vector<std::string>& words,
          std::optional<HeadKind>& trained) {
  if (!read_shared_config(launch, config, words, kUsage)) return false;
  if (config.run.empty()) return true;
  const RunFolder run = existing_run(launch.world, config.run);
  InferenceBenchConfig with_run;
  read_shared_config(launch, with_run.training, {"--config", run.config_file().string()}, kUsage);
  trained = with_run.training.model.head.kind;
  config = with_run;
  return read_shared_config(launch, config, words, kUsage);
}

// Of one head, so that a profile's steps are alike, and within the passes that are timed.
void require_profile_fits(const InferenceBenchConfig& config, std::size_t heads) {
  const ProfileConfig& profile = config.training.profile;
  if (!profile.on()) return;
  SY_REQUIRE(heads == 1, ExitCode::bad_usage,
             "--profile of {} heads would add up their times and rows; give one with --heads",
             heads);
  require_within(parse_profile_window(profile.steps), config.repeats);
}

void require_full_batches(const InferenceBenchConfig& config, int ranks) {
  SY_REQUIRE(config.batch >= ranks, ExitCode::bad_usage,
             "--batch {} leaves some of the {} ranks without an image (only full batches are "
             "measured); give {} or more, or fewer ranks",
             config.batch, ranks, ranks);
}

Batch make_batch(const InferenceBenchConfig& config, const MeasuredRun* run, Machine& machine) {
  const DType dtype = compute_dtype(config.training.execution.precision);
  return run ? first_test_images(run->data, config.batch, machine, dtype)
             : random_batch(machine, config.batch, dtype);
}

std::vector<HeadFigures> measure_heads(const InferenceBenchConfig& config, Subjects& subjects,
                                       Machine& machine) {
  std::vector<Work> works;
  for (auto& subject : subjects) works.push_back([&subject] { subject->run(); });
  const auto measured = measure_in_turn(
      place_of(machine), {.warmup = config.warmup, .repeats = config.repeats}, works);
  std::vector<HeadFigures> figures;
  for (std::size_t i = 0; i < subjects.size(); ++i)
    figures.push_back({.head = subjects[i]->head(),
                       .trained = subjects[i]->trained(),
                       .parameters = subjects[i]->parameters(),
                       .peak_bytes = subjects[i]->peak_bytes(),
                       .host = over_ranks(measured[i].host),
                       .device = over_ranks(measured[i].device)});
  return figures;
}

/// What the table's reader must know.
std::string headline(const InferenceBenchConfig& config, Machine& machine, bool recorded) {
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
      config.run.empty() ? " of noise" : " of the test set of " + config.run, config.warmup,
      config.repeats);
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

ExitCode run(InferenceBenchConfig& config, std::optional<HeadKind> trained, const Launch& launch) {
  const ExecutionConfig& execution = config.training.execution;
  const std::vector<HeadKind> heads = parse_choices("heads", config.heads, head_choices);
  require_profile_fits(config, heads.size());
  require_full_batches(config, launch.world.size());
  require_results_file(launch.world, config.json);
  launch.world.set_deadline(std::chrono::seconds(execution.deadline));
  use_threads(execution.threads);
  std::optional<MeasuredRun> run;
  if (trained) run = open_run(config, *trained, launch.world);
  const MeasuredRun* measured_run = run ? &*run : nullptr;

  auto unwatched = make_machine(machine_config(execution), launch.world, launch.log);
  ProfileSession profile(config.training.profile, StepKind::benchmark, *unwatched,
                         RunFolder(config.run).profile("bench-inference"), launch.log);
  Machine& machine = profile.machine();
  const Batch batch = make_batch(config, measured_run, machine);
  Subjects subjects;
  for (HeadKind head : heads)
    subjects.push_back(
        std::make_unique<InferenceSubject>(head, config, measured_run, batch, machine, launch.log));
  const InferenceFigures figures{config.batch, measure_heads(config, subjects, machine)};
  if (launch.world.rank().value == 0)
    fmt::print("{}\n{}", headline(config, machine, records_steps(execution.graphs, machine)),
               heads_table(figures));
  write_results(machine.world(), config.json, to_json(config, figures, subjects, machine));
  return profile.finish(ExitCode::done);
}

}  // namespace

ExitCode bench_inference(const Launch& launch, const std::vector<std::string>& words) {
  InferenceBenchConfig config;
  std::optional<HeadKind> trained;
  if (!read(launch, config, words, trained)) return ExitCode::done;
  return with_memory_advice("--batch", [&] { return run(config, trained, launch); });
}

}  // namespace switchyard
