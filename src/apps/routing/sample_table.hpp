#pragma once
// Where every sample went: a line each, kept beside the figures for comparison with other runs.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "analysis/routing/routed_samples.hpp"
#include "comm/communicator.hpp"

namespace switchyard {

struct SampleLine {
  std::int64_t sample = 0;  ///< index into its image set
  std::int32_t label = 0;
  std::int32_t predicted = 0;
  std::int32_t expert = 0;  ///< of the largest gate logit
  double weight = 0;        ///< of that expert
  /// Its lead over the next choice; not a number where there is none.
  double margin = std::numeric_limits<double>::quiet_NaN();
};

std::vector<SampleLine> sample_lines(const RoutedSamples& samples);
/// All ranks' lines, by sample. Collective.
std::vector<SampleLine> gather_lines(const std::vector<SampleLine>& own, Communicator& world);

std::string sample_table(const std::vector<SampleLine>& lines);
/// Reads a table. Error(bad_data) with its path where it is none.
std::vector<SampleLine> read_sample_table(const std::filesystem::path& file);

}  // namespace switchyard
