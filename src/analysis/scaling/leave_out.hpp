#pragma once
// How wrong the model is on points that it was not fitted to.

#include <span>
#include <vector>

#include "analysis/scaling/fit_model.hpp"

namespace switchyard {

struct LeftOut {
  std::size_t point = 0;  ///< index into the points
  double measured = 0;    ///< seconds
  double predicted = 0;   ///< by the model that was fitted without it
  double error() const { return predicted / measured - 1; }
};

/// Fits without the points that `left` names and predicts these. Error(bad_data) where the rest is
/// too few.
std::vector<LeftOut> leave_out(std::span<const MeasuredPoint> points,
                               std::span<const std::size_t> left,
                               std::span<const MeasuredCall> calls, const ScalingModel& prior);

/// Each point left out once; those without which the rest would be too few are not in it.
std::vector<LeftOut> leave_one_out(std::span<const MeasuredPoint> points,
                                   std::span<const MeasuredCall> calls, const ScalingModel& prior);

}  // namespace switchyard
