#pragma once
// The scalar s(x) = <w, f(x)> + |f(x)|^2 / 2 of an op f with fixed random w, and its derivatives
// from one taped pass. Its gradient is J^T (w + f), its Hessian is not zero even for a linear f.

#include "ops/derivatives/op_case.hpp"

namespace switchyard::test {

struct Evaluation {
  Point value;              ///< f(x), one block
  std::vector<Point> jvp;   ///< J v, by probe
  double scalar = 0;        ///< s(x), this rank's share
  Point grad;               ///< of the sum of all ranks' s
  std::vector<Point> hess;  ///< H v, by probe
};

/// At x, with one probe a direction. Without the values of parameters' gradients, `grad` is empty.
Evaluation evaluate(Backend& backend, const OpCase& op, const Ranks& ranks, const Point& x,
                    const std::vector<Point>& directions = {}, DualParts parts = DualParts::all);

}  // namespace switchyard::test
