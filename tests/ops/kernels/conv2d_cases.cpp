// All convolutions of ResNet-18, and odd ones; each with both gradients and as a prepared one.

#include <fmt/format.h>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 2e-6;

struct Sizes {
  std::int64_t batch, height, width, in, out, kernel;
  Conv2dSpec spec;

  Shape x() const { return {batch, height, width, in}; }
  Shape w() const { return {out, kernel, kernel, in}; }
  Shape y() const { return {batch, after(height), after(width), out}; }
  std::int64_t after(std::int64_t length) const {
    return (length + 2 * spec.padding - kernel) / spec.stride + 1;
  }
  std::string name() const {
    return fmt::format("{}x{}x{}x{}_to_{}_kernel{}_stride{}", batch, height, width, in, out, kernel,
                       spec.stride);
  }
};

KernelCase passes(const Sizes& sizes) {
  return {"conv2d_" + sizes.name(),
          {sizes.x(), sizes.w(), sizes.y()},
          kTolerance,
          [spec = sizes.spec](Backend& backend, const Tensors& in) -> Tensors {
            return {backend.conv2d(in[0], in[1], spec),
                    backend.conv2d_grad_input(in[2], in[1], spec, in[0].shape()),
                    backend.conv2d_grad_weight(in[0], in[2], spec, in[1].shape())};
          },
          InBf16{kBf16Rounding, {}}};
}

/// Runs on the whole batch, then on its first image, which may want other packed weights.
KernelCase prepared(const Sizes& sizes) {
  return {"prepared_conv2d_" + sizes.name(),
          {sizes.x(), sizes.w(), {sizes.out}, sizes.y()},
          kTolerance,
          [spec = sizes.spec](Backend& backend, const Tensors& in) -> Tensors {
            auto with_relu = backend.prepare_conv2d(in[1], in[2], spec, Activation::relu);
            auto plain = backend.prepare_conv2d(in[1], in[2], spec, Activation::none);
            const std::int64_t first = std::min<std::int64_t>(1, in[0].dim(0));
            return {with_relu->run(in[0], in[3]), with_relu->run(in[0], {}),
                    with_relu->run(in[0].rows(0, first), in[3].rows(0, first)),
                    plain->run(in[0], in[3]), plain->run(in[0], {})};
          },
          InBf16{2 * kBf16Rounding, {}}};
}

/// Stem, the two convolutions of a stage's blocks, and the way down to the next.
std::vector<Sizes> resnet18(std::int64_t width, std::int64_t batch) {
  std::vector<Sizes> all{{batch, 32, 32, 3, width, 3, {1, 1}}};
  for (int stage = 0; stage < 4; ++stage) {
    const std::int64_t pixels = 32 >> stage, channels = width << stage;
    all.push_back({batch, pixels, pixels, channels, channels, 3, {1, 1}});
    if (stage == 3) break;
    all.push_back({batch, pixels, pixels, channels, 2 * channels, 3, {2, 1}});
    all.push_back({batch, pixels, pixels, channels, 2 * channels, 1, {2, 0}});
  }
  return all;
}

std::vector<Sizes> odd() {
  return {{3, 9, 6, 5, 7, 3, {2, 1}},   {2, 11, 13, 3, 4, 7, {2, 3}}, {1, 1, 1, 5, 3, 1, {1, 0}},
          {2, 5, 7, 17, 33, 5, {1, 2}}, {0, 8, 8, 4, 4, 3, {1, 1}},   {2, 4, 3, 1, 1, 3, {1, 2}},
          {2, 7, 5, 6, 10, 1, {2, 0}}};
}

}  // namespace

std::vector<KernelCase> conv2d_cases() {
  std::vector<KernelCase> all;
  for (const auto& group : {odd(), resnet18(4, 3), resnet18(8, 2), resnet18(64, 1)})
    for (const Sizes& sizes : group) {
      all.push_back(passes(sizes));
      all.push_back(prepared(sizes));
    }
  return all;
}

}  // namespace switchyard::test
