#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kSumsTolerance = 1e-12;  // summed in double, whatever the input
constexpr double kTolerance = 1e-6;

BatchMoments moments(Backend& backend, const Tensor& mean, const Tensor& inv_std) {
  return {backend.convert(mean, DType::f64), backend.convert(inv_std, DType::f64)};
}

KernelCase sums(const Shape& x) {
  const Shape channel{x.back()};
  return {fmt::format("batch_norm_sums_{}", fmt::join(x, "x")),
          {x, x, x, channel, channel},
          kSumsTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const BatchMoments by = moments(backend, in[3], in[4]);
            return {backend.batch_norm_sums(in[0]),
                    backend.batch_norm_grad_sums(in[1], {}, in[0], by),
                    backend.batch_norm_grad_sums(in[1], backend.relu(in[2]), in[0], by)};
          }};
}

KernelCase apply(const Shape& x) {
  const Shape channel{x.back()};
  return {fmt::format("batch_norm_apply_{}", fmt::join(x, "x")),
          {x, x, channel, channel, channel, channel},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const BatchMoments by = moments(backend, in[2], in[3]);
            Tensors out;
            for (Activation act : {Activation::none, Activation::relu})
              for (const Tensor& residual : {Tensor(), in[1]})
                out.push_back(backend.batch_norm_apply(in[0], by, in[4], in[5], residual, act));
            return out;
          }};
}

KernelCase grad(const Shape& x) {
  const Shape channel{x.back()};
  return {fmt::format("batch_norm_grad_{}", fmt::join(x, "x")),
          {x, x, x, channel, channel, channel, {2, x.back()}},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const BatchMoments by = moments(backend, in[3], in[4]);
            const Tensor batch_sums = backend.convert(in[6], DType::f64);
            Tensors out;
            for (const Tensor& y : {Tensor(), backend.relu(in[2])})
              for (bool want_residual : {false, true}) {
                auto found = backend.batch_norm_grad(in[1], y, in[0], by, in[5], batch_sums, 7.0,
                                                     want_residual);
                out.push_back(found.dx);
                if (want_residual) out.push_back(found.dresidual);
              }
            return out;
          }};
}

}  // namespace

std::vector<KernelCase> batch_norm_cases() {
  std::vector<KernelCase> all;
  for (const Shape& x : std::vector<Shape>{
           {1, 5}, {37, 3}, {0, 6}, {2, 3, 5, 17}, {3, 32, 32, 64}, {5, 4, 4, 512}, {4099, 4}})
    for (auto make : {sums, apply, grad}) all.push_back(make(x));
  return all;
}

}  // namespace switchyard::test
