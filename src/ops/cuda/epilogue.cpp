#include "ops/cuda/epilogue.hpp"

#include "ops/cuda/epilogue_kernels.hpp"
#include "ops/dispatch.hpp"

namespace switchyard {
namespace {

template <class T>
const T* data_or_null(const Tensor& x) {
  return x ? x.data<T>() : nullptr;
}

template <class T, class Bias>
void apply(Tensor& y, const Tensor& residual, const Tensor& bias, Activation act,
           cudaStream_t stream) {
  const std::int64_t columns = y.dim(-1);
  launch_epilogue(y.numel() / columns, columns, data_or_null<T>(residual), data_or_null<Bias>(bias),
                  act == Activation::relu, y.data<T>(), stream);
}

}  // namespace

void apply_epilogue(Tensor& y, const Tensor& residual, const Tensor& bias, Activation act,
                    cudaStream_t stream) {
  if (y.numel() == 0 || (!residual && !bias && act == Activation::none)) return;
  if (y.dtype() == DType::bf16 && bias && bias.dtype() == DType::f32)
    return apply<BFloat16, float>(y, residual, bias, act, stream);
  dispatch_compute(y.dtype(), [&]<class T>() { apply<T, T>(y, residual, bias, act, stream); });
}

}  // namespace switchyard
