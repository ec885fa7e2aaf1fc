#include "ops/conv_problem.hpp"

namespace switchyard {

ConvProblem conv_problem(const Shape& x, const Shape& w, Conv2dSpec spec) {
  SY_REQUIRE(x.size() == 4 && w.size() == 4, ExitCode::run_failed,
             "conv2d: images are (N,H,W,I) and weights (O,KH,KW,I) (found {} and {})", to_string(x),
             to_string(w));
  SY_REQUIRE(x[3] == w[3], ExitCode::run_failed,
             "conv2d: images {} have {} channels, weights {} expect {}", to_string(x), x[3],
             to_string(w), w[3]);
  SY_REQUIRE(spec.stride >= 1 && spec.padding >= 0, ExitCode::run_failed,
             "conv2d: stride {} and padding {} (expected stride >= 1 and padding >= 0)",
             spec.stride, spec.padding);
  const std::int64_t pad = 2 * spec.padding;
  SY_REQUIRE(w[1] >= 1 && w[2] >= 1 && x[1] + pad >= w[1] && x[2] + pad >= w[2],
             ExitCode::run_failed,
             "conv2d: a {}x{} kernel does not fit {}x{} images padded by {}; use larger images",
             w[1], w[2], x[1], x[2], spec.padding);
  return {x[0], x[1], x[2], x[3], w[0], w[1], w[2], spec.stride, spec.padding};
}

}  // namespace switchyard
