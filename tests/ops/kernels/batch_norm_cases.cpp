#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/kernels/host_data.hpp"
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
                    backend.batch_norm_grad_sums(in[1], {}, in[0], by).sums,
                    backend.batch_norm_grad_sums(in[1], backend.relu(in[2]), in[0], by).sums};
          },
          InBf16{kFloatSums, {}}};
}

KernelCase parameter_grads(const Shape& x) {
  const Shape channel{x.back()};
  return {fmt::format("batch_norm_parameter_grads_{}", fmt::join(x, "x")),
          {x, x, channel, channel},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const auto found =
                backend.batch_norm_grad_sums(in[1], {}, in[0], moments(backend, in[2], in[3]));
            return {found.dgamma, found.dbeta};
          },
          InBf16{kFloatSums, {}}};
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
          },
          InBf16{kBf16Rounding, {4, 5}}};
}

KernelCase grad(const Shape& x) {
  const Shape channel{x.back()};
  return {fmt::format("batch_norm_grad_{}", fmt::join(x, "x")),
          {x, x, x, channel, channel, channel, {2, x.back()}},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const BatchMoments by = moments(backend, in[3], in[4]);
            const Tensor batch_sums = backend.convert(in[6], DType::f64);
            const Tensor count = backend.full({1}, DType::f64, 7.0);
            Tensors out;
            for (const Tensor& y : {Tensor(), backend.relu(in[2])})
              for (bool want_residual : {false, true}) {
                auto found = backend.batch_norm_grad(in[1], y, in[0], by, in[5], batch_sums, count,
                                                     want_residual);
                out.push_back(found.dx);
                if (want_residual) out.push_back(found.dresidual);
              }
            return out;
          },
          InBf16{kBf16Rounding, {5}}};
}

KernelCase sums_tangent(const Shape& x) {
  const Shape channel{x.back()};
  return {fmt::format("batch_norm_grad_sums_tangent_{}", fmt::join(x, "x")),
          {x, x, x, x, x, channel, channel},
          kSumsTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const BatchMoments by = moments(backend, in[5], in[6]);
            Tensors out;
            for (const Tensor& y : {Tensor(), backend.relu(in[4])})
              out.push_back(
                  backend.batch_norm_grad_sums_tangent(in[0], in[1], y, in[2], in[3], by).sums);
            return out;
          },
          InBf16{kFloatSums, {}}};
}

/// Every combination of what may be absent.
KernelCase affine(const Shape& x) {
  const Shape channel{x.back()};
  return {fmt::format("channel_affine_{}", fmt::join(x, "x")),
          {x, x, x, x, channel, channel, channel},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor positive = backend.relu(in[3]);
            Tensors out;
            for (int present = 0; present < 16; ++present) {
              ChannelSum sum{.first = {in[0], in[4]}};
              if (present & 1) sum.second = {in[1], in[5]};
              if (present & 2) sum.offset = in[6];
              if (present & 4) sum.addend = in[2];
              if (present & 8) sum.mask = positive;
              out.push_back(backend.channel_affine(sum));
            }
            return out;
          },
          InBf16{kBf16Rounding, {4, 5, 6}}};
}

/// Statistics of `rows` numbers a channel, and running ones after them.
KernelCase statistics(std::int64_t channels, double rows) {
  return {fmt::format("batch_norm_statistics_{}_of_{}", channels, rows),
          {{channels}, {channels}},
          kTolerance,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            std::vector<double> sums(static_cast<std::size_t>(2 * channels + 1), rows);
            for (std::int64_t c = 0; c < channels; ++c) {
              const double mean = 0.25 * static_cast<double>(c % 7) - 0.5;
              const double variance = rows > 1 ? 0.5 + static_cast<double>(c % 3) : 0.0;
              sums[c] = mean * rows;
              sums[channels + c] = (mean * mean + variance) * rows;
            }
            Tensor mean = backend.convert(in[0], in[0].dtype());
            Tensor variance = backend.convert(in[1], in[1].dtype());
            Tensor tracked = random_integers<std::int64_t>(backend, {}, 0, 1000);
            const RunningStatistics running{&mean, &variance, &tracked, 0.1};
            const BatchStatistics found = backend.batch_norm_statistics(
                backend.from_host(sums.data(), {1, 2 * channels + 1}, DType::f64), 1e-5, &running);
            return {found.moments.mean,
                    found.moments.inv_std,
                    found.variance,
                    found.count,
                    mean,
                    variance,
                    tracked};
          }};
}

}  // namespace

std::vector<KernelCase> batch_norm_cases() {
  std::vector<KernelCase> all;
  for (const Shape& x : std::vector<Shape>{
           {1, 5}, {37, 3}, {0, 6}, {2, 3, 5, 17}, {3, 32, 32, 64}, {5, 4, 4, 512}, {4099, 4}})
    for (auto make : {sums, sums_tangent, parameter_grads, apply, grad, affine})
      all.push_back(make(x));
  for (double rows : {0.0, 1.0, 2.0, 4096.0})
    for (std::int64_t channels : {1, 64, 1000}) all.push_back(statistics(channels, rows));
  return all;
}

}  // namespace switchyard::test
