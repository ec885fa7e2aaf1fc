#pragma once
// The vector space of a model's parameters, or of those that a selection names.

#include <functional>
#include <string>
#include <vector>

#include "model/state.hpp"
#include "parallel/grid.hpp"
#include "parallel/vector_space.hpp"

namespace switchyard {

class ParameterSpace {
 public:
  /// The parameters whose names `selected` accepts; none at all is an Error(bad_usage). The
  /// references must outlive this. Collective.
  ParameterSpace(ModelState& state, const ProcessGrid& grid,
                 const std::function<bool(const std::string&)>& selected);

  VectorSpace& vectors() { return vectors_; }
  ModelState& state() { return state_; }
  /// Those of this rank, in the order of vectors().segments(): replicated ones first.
  const std::vector<Parameter*>& parameters() const { return parameters_; }
  /// x's entries in the shape of a parameter (they share memory). parameters()[index].
  Tensor part(const Tensor& x, std::size_t index) const;

  /// Parameters += factor x, and the state is marked as changed. The parameters get new tensors.
  void move(double factor, const Tensor& x);

  /// x becomes the sum of the parts of a vector that ranks computed each from its own samples: of
  /// replicated entries over the world, of an expert's over the ranks that hold it. Collective.
  void sum_over_copies(Tensor& x) const;

 private:
  ModelState& state_;
  const ProcessGrid& grid_;
  std::vector<Parameter*> parameters_;
  VectorSpace vectors_;
};

}  // namespace switchyard
