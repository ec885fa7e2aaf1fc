#pragma once
// Parameters that stand somewhere else for a while.

#include <span>
#include <vector>

#include "parallel/parameter_space.hpp"

namespace switchyard {

/// While it lives, the parameters of a space are theirs + sum_i coordinates[i] directions[i];
/// afterwards they are the very tensors of before, so the same to the bit.
class Displacement {
 public:
  /// `directions` are vectors of the space, as many as there are coordinates, or it is an
  /// Error(run_failed). `space` must outlive this.
  Displacement(ParameterSpace& space, std::span<const double> coordinates,
               std::span<const Tensor> directions);
  ~Displacement();
  Displacement(const Displacement&) = delete;
  Displacement& operator=(const Displacement&) = delete;

 private:
  explicit Displacement(ParameterSpace& space);

  ParameterSpace& space_;
  std::vector<Tensor> origin_;
};

}  // namespace switchyard
