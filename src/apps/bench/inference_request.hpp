#pragma once
// What an inference benchmark measures: heads, and the runs that have trained some of them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/bench/inference_config.hpp"
#include "apps/bench/measured_run.hpp"
#include "apps/launch.hpp"

namespace switchyard {

struct InferenceRequest {
  InferenceBenchConfig config;  ///< `training` is what all heads share
  std::vector<HeadKind> heads;
  std::vector<MeasuredRun> runs;  ///< as --run names them, one of each head at most

  /// Null for a head that has initial weights.
  const MeasuredRun* run_of(HeadKind head) const;
  /// Of the run of that head, else what all heads share.
  const TrainConfig& training_of(HeadKind head) const;
  /// Of the data set that is measured with.
  void set_classes(int classes);
};

/// A run's own configuration is the default of model and execution. None where help was asked for
/// and shown. Error(bad_usage) for runs that do not go together (see share_settings). Collective.
std::optional<InferenceRequest> read_inference_request(const Launch& launch,
                                                       const std::vector<std::string>& words,
                                                       std::string_view usage);

}  // namespace switchyard
