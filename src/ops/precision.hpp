#pragma once
// In which types a model is kept and computed.

#include "base/config/field.hpp"
#include "device/dtype.hpp"

namespace switchyard {

enum class Precision {
  f32,   ///< float everywhere
  tf32,  ///< float, with products in the GPU's 10-bit mantissa
  bf16,  ///< activations and products in bfloat16; parameters, statistics, router, loss in float
  f64,   ///< double everywhere: for curvature and comparison
};

inline constexpr Choice<Precision> precision_choices[] = {{Precision::f32, "f32"},
                                                          {Precision::tf32, "tf32"},
                                                          {Precision::bf16, "bf16"},
                                                          {Precision::f64, "f64"}};

/// Of parameters, gradients, features, router, logits and loss.
constexpr DType master_dtype(Precision precision) {
  return precision == Precision::f64 ? DType::f64 : DType::f32;
}

/// Of the backbone's activations and the experts' arithmetic.
constexpr DType compute_dtype(Precision precision) {
  return precision == Precision::bf16 ? DType::bf16 : master_dtype(precision);
}

}  // namespace switchyard
