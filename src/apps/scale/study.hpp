#pragma once
// A study of scaling: the model, what it is worth, and what it predicts.

#include <optional>
#include <string>
#include <vector>

#include "analysis/scaling/leave_out.hpp"
#include "analysis/scaling/machine_description.hpp"
#include "apps/scale/config.hpp"

namespace switchyard {

/// A measured point beside the model.
struct ComparedPoint {
  MeasuredPoint point;
  double modelled = 0;             ///< seconds, by the model that was fitted to all points
  std::optional<double> left_out;  ///< seconds, by a model that was fitted without it

  std::optional<double> error() const;  ///< of left_out, over the measured
};

/// One grid of a prediction.
struct ScaleRow {
  std::size_t series = 0;  ///< rows of one are compared with each other
  StepShape shape;
  GridShape grid;
  double overload = 1;  ///< as asked for, at most ep: then one rank has all rows of its group
  StepPrediction prediction;
  double efficiency = 1;             ///< against the fewest ranks of its series
  std::optional<double> karp_flatt;  ///< strong scaling, from more ranks on
  std::optional<double> measured;    ///< seconds, where this step was measured on this grid
};

struct Study {
  MachineDescription machine;
  ScalingModel model;
  std::vector<std::string> assumptions;  ///< sentences
  std::vector<ComparedPoint> points;     ///< none: the model follows from the description alone
  std::vector<ScaleRow> rows;            ///< series by series
  std::vector<std::string> left_out;     ///< sentences on what was asked for and is not in it
};

/// Reads what there is, fits, predicts. Error(bad_usage) for grids that cannot be, Error(bad_data)
/// for measurements that cannot be used.
Study study_scaling(const ScaleConfig& config);

}  // namespace switchyard
