#include "analysis/determinism.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace switchyard {
namespace {

constexpr int kBackbone = 0, kHead = 1;

// Where a vector is not zero.
std::string_view where(const VectorSpace& space, const Tensor& x) {
  std::vector<int> part_of;
  for (const VectorSegment& segment : space.segments())
    part_of.push_back(segment.name.starts_with("backbone.") ? kBackbone : kHead);
  std::vector<double> squares = space.group_dots(x, x, part_of, 2);
  if (squares[kHead] == 0) return "the backbone";
  return squares[kBackbone] == 0 ? "the head" : "the backbone and the head";
}

}  // namespace

double check_determinism(CurvatureOperator& curvature) {
  const VectorSpace& space = curvature.space();
  const Tensor gradient = curvature.gradient();
  const double norm = space.norm(gradient);
  SY_REQUIRE(std::isfinite(norm), ExitCode::run_failed,
             "the gradient of these samples is not finite (its norm is {}), so there is no "
             "curvature to speak of; look at an earlier checkpoint, or in f64",
             norm);
  Tensor difference = curvature.gradient();
  space.add_scaled(difference, -1.0, gradient);
  const double distance = space.norm(difference);
  SY_REQUIRE(
      distance == 0, ExitCode::run_failed,
      "two gradients of the same samples differ in {} (by {:.1e} of their norm), so products "
      "would not be those of one matrix; leave out --fast-nondeterministic where it is "
      "given, and if it is not, suspect a kernel that adds up in no fixed order, or the "
      "memory of this machine",
      where(space, difference), distance / norm);
  return norm;
}

}  // namespace switchyard
