#include "ops/cuda/prepared_conv2d.hpp"

#include "ops/cuda/epilogue.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {

CudaPreparedConv2d::CudaPreparedConv2d(CudaBackend& backend, CudnnEngine& engine, Tensor w,
                                       Tensor bias, Conv2dSpec spec, Activation act)
    : backend_(backend),
      engine_(engine),
      w_(std::move(w)),
      bias_(std::move(bias)),
      spec_(spec),
      act_(act) {}

Tensor CudaPreparedConv2d::run(const Tensor& x, const Tensor& residual) {
  const ConvProblem problem = conv_problem(x.shape(), w_.shape(), spec_);
  ref::expect(x, "the images", x.shape(), w_.dtype());
  if (residual) ref::expect(residual, "the residual", problem.y_shape(), x.dtype());
  const ConvOperation fused{ConvKind::forward,
                            x.dtype(),
                            problem,
                            {.fused = true,
                             .residual = residual.defined(),
                             .relu = act_ == Activation::relu,
                             .bias_dtype = bias_.dtype()}};
  if (!problem.empty()) {
    const Tensor y = backend_.empty(problem.y_shape(), x.dtype());
    if (engine_.run(fused, {x, w_, y, bias_, residual})) return y;
  }
  Tensor y = backend_.conv2d(x, w_, spec_);
  apply_epilogue(y, residual, bias_, act_, backend_.device().stream());
  return y;
}

}  // namespace switchyard
