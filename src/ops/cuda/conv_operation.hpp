#pragma once
// One convolution as cuDNN is asked for it: what is computed, on which sizes, in which type.

#include <compare>
#include <string>

#include "ops/conv_problem.hpp"

namespace switchyard {

enum class ConvKind { forward, grad_input, grad_weight };

/// What follows a forward convolution before its result is stored: relu(conv + residual + bias).
/// All of it, or nothing.
struct ConvFusion {
  bool fused = false;
  bool residual = false;
  bool relu = false;
  DType bias_dtype = DType::f32;
  auto operator<=>(const ConvFusion&) const = default;
};

struct ConvOperation {
  ConvKind kind = ConvKind::forward;
  DType dtype = DType::f32;
  ConvProblem problem{};
  ConvFusion fusion = {};
  std::int64_t alignment = 16;  ///< bytes that all addresses are multiples of: 1, 2, 4, 8 or 16
  auto operator<=>(const ConvOperation&) const = default;
};

/// The tensors of an operation: x (N,H,W,I), w (O,KH,KW,I), y (N,OH,OW,O), and the fused ones,
/// bias (O) and residual, of y's shape. The forward pass writes y, the gradient by the input x,
/// that by the weight w; y then holds the gradient by the result.
struct ConvOperands {
  Tensor x, w, y;
  Tensor bias = {}, residual = {};
};

/// "conv2d with f32 bias, relu (128, 32, 32, 64) * (64, 3, 3, 64) stride 1 padding 1 f32"
std::string to_string(const ConvOperation& operation);

}  // namespace switchyard
