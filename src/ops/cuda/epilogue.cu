#include "device/bfloat16.hpp"
#include "device/cuda/launch.hpp"
#include "ops/cuda/compute.hpp"
#include "ops/cuda/epilogue_kernels.hpp"

namespace switchyard {
namespace {

template <class T, class Bias>
struct AddResidualAndBias {
  std::int64_t columns;
  const T* residual;
  const Bias* bias;
  bool relu;
  T* y;

  __device__ void operator()(std::int64_t i) const {
    using C = Compute<T>;
    C value = static_cast<C>(y[i]);
    if (residual) value += static_cast<C>(residual[i]);
    if (bias) value += static_cast<C>(bias[i % columns]);
    if (relu && value <= C{0}) value = C{0};  // NaN stays
    y[i] = static_cast<T>(value);
  }
};

}  // namespace

template <class T, class Bias>
void launch_epilogue(std::int64_t rows, std::int64_t columns, const T* residual, const Bias* bias,
                     bool relu, T* y, cudaStream_t stream) {
  for_each(rows * columns, stream, AddResidualAndBias<T, Bias>{columns, residual, bias, relu, y});
}

template void launch_epilogue(std::int64_t, std::int64_t, const float*, const float*, bool, float*,
                              cudaStream_t);
template void launch_epilogue(std::int64_t, std::int64_t, const double*, const double*, bool,
                              double*, cudaStream_t);
template void launch_epilogue(std::int64_t, std::int64_t, const BFloat16*, const BFloat16*, bool,
                              BFloat16*, cudaStream_t);
template void launch_epilogue(std::int64_t, std::int64_t, const BFloat16*, const float*, bool,
                              BFloat16*, cudaStream_t);

}  // namespace switchyard
