#pragma once
// All that a model is fitted to: profiled runs, sweeps of launch/scaling, a benchmark of
// collectives.

#include <string>
#include <vector>

#include "analysis/scaling/measured_point.hpp"

namespace switchyard {

struct Measurements {
  std::vector<MeasuredPoint> points;
  /// Names of what a sweep measured with more threads than cores or more ranks than GPUs: it says
  /// nothing of the machine, and is not among the points.
  std::vector<std::string> oversubscribed;
};

/// `folders` with commas: run folders, and folders of launch/scaling. Runs of one configuration on
/// one grid make one point. Error(bad_data) where there is no profile, or one that cannot be read.
Measurements read_measurements(const std::string& folders, int classes);

/// The calls of the first communicator in a file of `bench comm --json`.
std::vector<MeasuredCall> read_comm_benchmark(const std::string& file);

}  // namespace switchyard
