#include "apps/bench/inference_request.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "apps/bench/choice_list.hpp"
#include "apps/trained_run.hpp"
#include "base/split.hpp"

namespace switchyard {
namespace {

MeasuredRun read_run(const Launch& launch, const std::string& folder,
                     const std::vector<std::string>& words, std::string_view usage) {
  const RunFolder run = existing_run(launch.world, folder);
  InferenceBenchConfig config;
  config.training = config_of_run(run, launch, usage);
  read_shared_config(launch, config, words, usage);
  return {run, config.training};
}

std::vector<MeasuredRun> read_runs(const Launch& launch, const InferenceBenchConfig& config,
                                   const std::vector<std::string>& words, std::string_view usage) {
  std::vector<MeasuredRun> runs;
  for (const std::string& folder : split_list(config.run))
    runs.push_back(read_run(launch, folder, words, usage));
  SY_REQUIRE(config.run.empty() || !runs.empty(), ExitCode::bad_usage,
             "--run {} names no folder; name those of trained runs, with commas", config.run);
  const bool of_each = config.checkpoint == "best" || config.checkpoint == "last";
  SY_REQUIRE(runs.size() < 2 || of_each, ExitCode::bad_usage,
             "--checkpoint {} has the weights of one head, and --run {} names {} runs; give best "
             "or last, or one run",
             config.checkpoint, config.run, runs.size());
  return runs;
}

std::vector<HeadKind> chosen_heads(const std::string& list, const std::vector<MeasuredRun>& runs) {
  if (list != "auto") return parse_choices("heads", list, head_choices);
  if (runs.size() < 2) return parse_choices("heads", "all", head_choices);
  std::vector<HeadKind> heads;
  for (const MeasuredRun& run : runs) heads.push_back(run.head());
  return heads;
}

std::string names_of(const std::vector<HeadKind>& heads) {
  std::vector<std::string_view> names;
  for (HeadKind head : heads) names.push_back(name_of(head, head_choices));
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

const MeasuredRun* InferenceRequest::run_of(HeadKind head) const {
  const auto run = std::ranges::find(runs, head, &MeasuredRun::head);
  return run == runs.end() ? nullptr : &*run;
}

const TrainConfig& InferenceRequest::training_of(HeadKind head) const {
  const MeasuredRun* run = run_of(head);
  return run ? run->training : config.training;
}

void InferenceRequest::set_classes(int classes) {
  config.training.model.classes = classes;
  for (MeasuredRun& run : runs) run.training.model.classes = classes;
}

std::optional<InferenceRequest> read_inference_request(const Launch& launch,
                                                       const std::vector<std::string>& words,
                                                       std::string_view usage) {
  InferenceRequest request;
  InferenceBenchConfig& config = request.config;
  if (!read_shared_config(launch, config, words, usage)) return std::nullopt;
  request.runs = read_runs(launch, config, words, usage);
  if (!request.runs.empty()) config.training = share_settings(request.runs);
  request.heads = chosen_heads(config.heads, request.runs);
  config.heads = names_of(request.heads);
  return request;
}

}  // namespace switchyard
