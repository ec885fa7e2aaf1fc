#pragma once
// How far from the reference a result may be.

#include <filesystem>
#include <map>
#include <string>

#include "apps/parity/fixture.hpp"

namespace switchyard::parity {

/// A bound on |a - b| / |b|, or on |a - b| where |b| is next to nothing.
struct Tolerance {
  double relative = 0;
  double absolute = 0;  ///< an absolute bound that also suffices

  /// The relative bound at a reference of norm |b| > 0.
  double at(double reference_norm) const;
};

class Tolerances {
 public:
  /// In double the bound is rounding; in float it is the larger of a constant and ten times what
  /// PyTorch's own float32 was off by, from `tolerances.json` beside the fixture if there is one.
  Tolerances(const Fixture& fixture, DType compute);

  /// Of a tensor in the fixture; indices must agree exactly.
  Tolerance of(const std::string& name) const;

 private:
  Tolerance of_float(const std::string& name) const;

  const Fixture& fixture_;
  DType compute_;
  std::map<std::string, double> pytorch_;  ///< errors of this case, by the file's keys
};

}  // namespace switchyard::parity
