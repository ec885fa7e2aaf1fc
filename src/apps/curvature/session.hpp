#pragma once
// What the analyses of one matrix share.

#include <vector>

#include "analysis/curvature_operator.hpp"
#include "apps/curvature/config.hpp"
#include "apps/curvature/results_folder.hpp"
#include "apps/curvature/safe_points.hpp"
#include "apps/curvature/selection.hpp"
#include "base/log.hpp"

namespace switchyard {

/// References must outlive the session.
struct CurvatureSession {
  const CurvatureConfig& config;
  DistributedClassifier& classifier;
  PrimalCache& cache;
  ParameterSpace& space;
  CurvatureOperator& matrix;
  std::vector<Batch> batches;
  CurvatureOptions options;  ///< of the matrix
  std::size_t basis_bytes;   ///< what vectors kept on the device may take of a rank's memory
  std::vector<ParameterGroup> groups;
  const ResultsFolder& folder;
  SafePoints& safe_points;
  Logger& log;

  const ProcessGrid& grid() const { return classifier.grid(); }
};

/// How vectors of Lanczos are kept.
BasisOptions basis_options(const CurvatureSession& session);

}  // namespace switchyard
