#pragma once
// Routing beside that of other runs.

#include <string>
#include <vector>

#include "analysis/routing/expert_matching.hpp"
#include "apps/routing/sample_table.hpp"

namespace switchyard {

/// Another run's routing of the same samples.
struct OtherRouting {
  std::string run;
  std::vector<SampleLine> lines;  ///< by sample
};

struct RunAgreement {
  std::string run;
  std::int64_t samples = 0;
  ExpertMatching matching;
};

/// Tables of `split` in the run folders that `folders` names with commas. Error(bad_data) where one
/// has none.
std::vector<OtherRouting> read_other_routings(const std::string& folders, const std::string& split);

/// Error(bad_data) where the other run's samples are others, or it has more experts.
RunAgreement agreement_with(const OtherRouting& other, const std::vector<SampleLine>& ours,
                            int experts);

}  // namespace switchyard
