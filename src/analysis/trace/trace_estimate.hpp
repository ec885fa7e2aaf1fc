#pragma once
// What estimators of the trace of a symmetric operator are asked and give.
//
// All draw Rademacher vectors, numbered from 0 under one seed, and are unbiased. With m products
// the error of `hutchinson` falls as |A|_F / sqrt(m), that of `hutchpp` and `xtrace` as 1 / m at
// least, and faster where the spectrum decays. They keep vectors in memory: hutchpp max_probes / 2,
// xtrace two for each probe; hutchinson none.

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "analysis/krylov_basis.hpp"
#include "analysis/sample_mean.hpp"
#include "base/config/field.hpp"

namespace switchyard {

enum class TraceMethod { hutchinson, hutchpp, xtrace };
inline constexpr Choice<TraceMethod> trace_method_choices[] = {
    {TraceMethod::hutchinson, "hutchinson"},
    {TraceMethod::hutchpp, "hutchpp"},
    {TraceMethod::xtrace, "xtrace"}};

struct TraceOptions {
  int max_probes = 100;     ///< random vectors; at least 2
  int min_samples = 16;     ///< fewer say too little about their own spread to stop on it
  double rel_error = 0.01;  ///< stops once standard_error <= rel_error |trace|; >= 0
  std::uint64_t seed = 0;
  BasisMemory memory = BasisMemory::automatic;  ///< where vectors are kept
  std::size_t device_bytes =
      std::numeric_limits<std::size_t>::max();  ///< for `automatic`; a rank's
};

struct TraceEstimate {
  double trace = 0;
  double standard_error = std::numeric_limits<double>::infinity();  ///< until it is known
  std::int64_t probes = 0;                                          ///< random vectors drawn
  std::int64_t products = 0;  ///< vectors that the operator was applied to
  /// The probes' estimates of the trace (hutchinson, xtrace), or of the part of it that is not
  /// known exactly (hutchpp). The standard error is that of their mean; xtrace's are not
  /// independent.
  std::vector<double> samples;
  bool converged = false;  ///< to rel_error, with min_samples or without any error
};

/// Called after each block of products. What it throws, on all ranks alike, ends the estimate.
using TraceProgress = std::function<void(const TraceEstimate&)>;

/// Throws Error(bad_usage) where the options ask for what cannot be.
void validate(const TraceOptions& options);

}  // namespace switchyard
