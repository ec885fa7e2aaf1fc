#pragma once
// Convolution as a matrix product: every output pixel's patch of the input is a row (im2col), the
// weights (O, KH KW I) are the other factor. Serves double, which oneDNN lacks.

#include "ops/conv_problem.hpp"

namespace switchyard {

/// Tensors are f64; no size of `problem` is 0. Patches are made for a few images at a time.
Tensor patch_conv2d(Allocator& allocator, const ConvProblem& problem, const Tensor& x,
                    const Tensor& w);
Tensor patch_conv2d_grad_input(Allocator& allocator, const ConvProblem& problem, const Tensor& dy,
                               const Tensor& w);
Tensor patch_conv2d_grad_weight(Allocator& allocator, const ConvProblem& problem, const Tensor& x,
                                const Tensor& dy);

}  // namespace switchyard
