#include "apps/routing/agreement.hpp"

#include <algorithm>

#include "base/split.hpp"
#include "train/run_folder.hpp"

namespace switchyard {

std::vector<OtherRouting> read_other_routings(const std::string& folders,
                                              const std::string& split) {
  std::vector<OtherRouting> others;
  for (const std::string& folder : split_list(folders)) {
    const auto file = RunFolder(folder).routing() / (split + "-samples.csv");
    SY_REQUIRE(std::filesystem::exists(file), ExitCode::bad_data,
               "there is no {}; run switchyard routing {} --split {} first", file.string(), folder,
               split);
    others.push_back({folder, read_sample_table(file)});
  }
  return others;
}

RunAgreement agreement_with(const OtherRouting& other, const std::vector<SampleLine>& ours,
                            int experts) {
  std::vector<std::int32_t> our_experts, their_experts;
  const bool same =
      std::ranges::equal(ours, other.lines, {}, &SampleLine::sample, &SampleLine::sample);
  SY_REQUIRE(same, ExitCode::bad_data,
             "the routing of {} is of other images ({} of them, here there are {}); analyse the "
             "same images of both runs",
             other.run, other.lines.size(), ours.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    our_experts.push_back(ours[i].expert);
    their_experts.push_back(other.lines[i].expert);
  }
  SY_REQUIRE(std::ranges::max(their_experts) < experts && std::ranges::min(their_experts) >= 0,
             ExitCode::bad_data,
             "{} has routed to expert {}, and this model has {} experts; compare models of equally "
             "many",
             other.run, std::ranges::max(their_experts), experts);
  return {other.run, std::ssize(ours), match_experts(our_experts, their_experts, experts)};
}

}  // namespace switchyard
