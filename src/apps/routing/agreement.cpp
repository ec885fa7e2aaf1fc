#include "apps/routing/agreement.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/json.hpp"
#include "base/file.hpp"
#include "base/split.hpp"
#include "train/run_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

// A run folder's results lie in it, unless they were put elsewhere.
fs::path results_in(const fs::path& folder, const std::string& split) {
  return fs::exists(folder / (split + ".json")) ? folder : RunFolder(folder).routing();
}

int experts_of(const fs::path& file) {
  const Json json = Json::parse(read_file(file), nullptr, false);
  SY_REQUIRE(json.is_object() && json.contains("experts") && json["experts"].is_number_integer(),
             ExitCode::bad_data,
             "{} is cut off, or no analysis of routing; run switchyard routing on its run anew",
             file.string());
  return json["experts"];
}

OtherRouting read_other(const std::string& folder, const std::string& split) {
  SY_REQUIRE(fs::is_directory(folder), ExitCode::bad_usage,
             "--against: {} is no folder; name run folders, or folders of routing's results",
             folder);
  const fs::path results = results_in(folder, split);
  const fs::path figures = results / (split + ".json"), table = results / (split + "-samples.csv");
  for (const fs::path& file : {figures, table})
    SY_REQUIRE(fs::exists(file), ExitCode::bad_data,
               "there is no {}; run switchyard routing {} --split {} first", file.string(), folder,
               split);
  return {folder, experts_of(figures), read_sample_table(table)};
}

}  // namespace

std::vector<OtherRouting> read_other_routings(const std::string& folders,
                                              const std::string& split) {
  std::vector<OtherRouting> others;
  for (const std::string& folder : split_list(folders)) others.push_back(read_other(folder, split));
  return others;
}

void require_comparable(const OtherRouting& other, const ImageSet& images,
                        std::vector<std::int64_t> samples, int experts) {
  SY_REQUIRE(other.experts == experts, ExitCode::bad_data,
             "{} has {} experts, and this model {}; compare models of equally many", other.run,
             other.experts, experts);
  std::ranges::sort(samples);
  auto same = [&](const SampleLine& line, std::int64_t sample) {
    return line.sample == sample && line.label == images.labels[static_cast<std::size_t>(sample)];
  };
  SY_REQUIRE(std::ranges::equal(other.lines, samples, same), ExitCode::bad_data,
             "the routing of {} is of other images ({} of them, here there are {}); analyse the "
             "same images of both runs",
             other.run, other.lines.size(), samples.size());
  auto known = [&](const SampleLine& line) { return line.expert >= 0 && line.expert < experts; };
  SY_REQUIRE(std::ranges::all_of(other.lines, known), ExitCode::bad_data,
             "{} names an expert in its table that it does not have; run switchyard routing on it "
             "anew",
             other.run);
}

RunAgreement agreement_with(const OtherRouting& other, const std::vector<SampleLine>& ours) {
  std::vector<std::int32_t> our_experts, their_experts;
  std::ranges::transform(ours, std::back_inserter(our_experts), &SampleLine::expert);
  std::ranges::transform(other.lines, std::back_inserter(their_experts), &SampleLine::expert);
  return {other.run, std::ssize(ours), match_experts(our_experts, their_experts, other.experts)};
}

}  // namespace switchyard
