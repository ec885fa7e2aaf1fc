#pragma once
// Names of elementwise functions and the like: what kernels of a GPU are compiled for, apart from
// the types that only the host knows (nvcc does not take fmt, which those include).

namespace switchyard {

enum class Transpose { no, yes };
enum class BinaryOp { add, sub, mul };
enum class Activation { none, relu };

/// Elementwise functions of one variable, with their first two derivatives.
enum class UnaryOp {
  exp,
  log,
  reciprocal,
  square,
  sqrt,      ///< derivatives at 0 are 0, as PyTorch's std() has it
  softplus,  ///< log(1 + e^x)
  sigmoid,
  normal_cdf,  ///< Phi, the standard normal distribution function
};

}  // namespace switchyard
