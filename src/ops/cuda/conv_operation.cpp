#include "ops/cuda/conv_operation.hpp"

namespace switchyard {
namespace {

const char* name_of(ConvKind kind) {
  switch (kind) {
    case ConvKind::forward:
      return "conv2d";
    case ConvKind::grad_input:
      return "conv2d_grad_input";
    case ConvKind::grad_weight:
      return "conv2d_grad_weight";
  }
  fail(ExitCode::run_failed, "unknown kind of convolution");
}

std::string to_string(const ConvFusion& fusion) {
  if (!fusion.fused) return "";
  return fmt::format(" with {}{} bias{}", fusion.residual ? "residual, " : "",
                     to_string(fusion.bias_dtype), fusion.relu ? ", relu" : "");
}

}  // namespace

std::string to_string(const ConvOperation& operation) {
  const ConvProblem& problem = operation.problem;
  return fmt::format("{}{} {} * {} stride {} padding {} {}", name_of(operation.kind),
                     to_string(operation.fusion), to_string(problem.x_shape()),
                     to_string(problem.w_shape()), problem.stride, problem.padding,
                     to_string(operation.dtype));
}

}  // namespace switchyard
