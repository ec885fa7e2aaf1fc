#pragma once
// Routing beside that of other runs.

#include <string>
#include <vector>

#include "analysis/routing/expert_matching.hpp"
#include "apps/routing/sample_table.hpp"
#include "data/dataset.hpp"

namespace switchyard {

/// Another run's routing.
struct OtherRouting {
  std::string run;
  int experts = 0;
  std::vector<SampleLine> lines;  ///< by sample
};

struct RunAgreement {
  std::string run;
  std::int64_t samples = 0;
  ExpertMatching matching;
};

/// What `switchyard routing --split` has left in folders that `folders` names with commas, run
/// folders or folders of its results. Error(bad_data) where one has none.
std::vector<OtherRouting> read_other_routings(const std::string& folders, const std::string& split);

/// Error(bad_data) where the other run has routed other images than `samples` of `images`, or has
/// not this many experts.
void require_comparable(const OtherRouting& other, const ImageSet& images,
                        std::vector<std::int64_t> samples, int experts);

/// Of comparable ones.
RunAgreement agreement_with(const OtherRouting& other, const std::vector<SampleLine>& ours);

}  // namespace switchyard
