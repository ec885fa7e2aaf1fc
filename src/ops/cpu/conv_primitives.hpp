#pragma once
// A float32 convolution as oneDNN runs it: one primitive, and the reorder of its weights.

#include "ops/conv_problem.hpp"
#include "ops/cpu/onednn.hpp"

namespace switchyard {

enum class ConvPass { forward, grad_input, grad_weight };

/// What a forward pass adds to its result, in this order.
struct ConvEpilogue {
  bool bias = false;
  bool residual = false;  ///< y holds the residual beforehand
  bool relu = false;
  auto operator<=>(const ConvEpilogue&) const = default;
};

struct ConvPrimitive {
  dnnl::primitive run;
  /// Between our (O,KH,KW,I) and the primitive's own layout: into the latter, except for
  /// grad_weight, whose result goes the other way. Empty where both are the same.
  dnnl::primitive reorder;
  dnnl::memory::desc x, y, bias, plain_weights, packed_weights, scratch;
};

/// Images stay (N,H,W,C); weights take the layout the primitive likes best. What oneDNN refuses is
/// an Error.
ConvPrimitive make_conv_primitive(const dnnl::engine& engine, ConvPass pass,
                                  const ConvProblem& problem, const ConvEpilogue& epilogue);

}  // namespace switchyard
