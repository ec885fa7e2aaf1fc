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
  /// The parameters whose names `selected` accepts. The references must outlive this. Collective.
  ParameterSpace(ModelState& state, const ProcessGrid& grid,
                 const std::function<bool(const std::string&)>& selected);

  VectorSpace& vectors() { return vectors_; }
  /// Those of this rank, in the order of vectors().segments(): replicated ones first.
  const std::vector<Parameter*>& parameters() const { return parameters_; }
  /// x's entries in the shape of a parameter (they share memory). parameters()[index].
  Tensor part(const Tensor& x, std::size_t index) const;

  /// Parameters += factor x, and the state is marked as changed.
  void move(double factor, const Tensor& x);

 private:
  ModelState& state_;
  std::vector<Parameter*> parameters_;
  VectorSpace vectors_;
};

}  // namespace switchyard
