#include "analysis/trace/growing_qr.hpp"

#include <limits>

#include "analysis/trace/probes.hpp"

namespace switchyard {
namespace {

// What is left of a vector that depends on others, relative to what it was.
double rounding(DType dtype) {
  constexpr double kOperations = 64;
  return kOperations * (dtype == DType::f64 ? std::numeric_limits<double>::epsilon()
                                            : std::numeric_limits<float>::epsilon());
}

}  // namespace

std::vector<double> GrowingQr::add(Tensor y) {
  const double before = require_finite(space_.norm(y));
  std::vector<double> column = q_.project_out(y);
  const double left = space_.norm(y);
  if (complete() || left <= rounding(space_.dtype()) * before) return column;
  q_.add(space_.scaled(y, 1 / left));
  column.push_back(left);
  return column;
}

}  // namespace switchyard
