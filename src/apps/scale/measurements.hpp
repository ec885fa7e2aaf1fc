#pragma once
// All that a model is fitted to: profiled runs, sweeps of launch/scaling, a benchmark of
// collectives.

#include <string>
#include <vector>

#include "analysis/scaling/measured_point.hpp"

namespace switchyard {

/// `folders` with commas: run folders, and folders of launch/scaling. Of runs of one configuration
/// on one grid the one with the median step is taken. Error(bad_data) where there is no profile, or
/// one that cannot be read.
std::vector<MeasuredPoint> read_measured_points(const std::string& folders, int classes);

/// The calls of the first communicator in a file of `bench comm --json`.
std::vector<MeasuredCall> read_comm_benchmark(const std::string& file);

}  // namespace switchyard
