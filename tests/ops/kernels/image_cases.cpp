#include <fmt/format.h>

#include "ops/kernels/host_data.hpp"
#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 2e-7;

/// The only input, of one element, gives the type of the images.
KernelCase images(const std::string& name, Shape pixels, std::vector<std::int64_t> samples,
                  ImageSpec spec) {
  spec.mean = {0.4914, 0.4822, 0.4465};
  spec.std = {0.2470, 0.2435, 0.2616};
  return {"images_" + name,
          {{1}},
          kTolerance,
          [=](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor bytes = random_integers<std::uint8_t>(backend, pixels, 0, 256);
            const Tensor labels = random_integers<std::int32_t>(backend, {pixels[0]}, 0, 10);
            const Tensor ids = host_tensor(backend, samples);
            Tensors out{backend.look_up(labels, ids)};
            for (std::int64_t epoch : {0, 3}) {
              const Tensor at = host_tensor<std::int64_t>(backend, {epoch});
              out.push_back(backend.make_images(bytes, ids, at, spec, in[0].dtype()));
            }
            return out;
          },
          InBf16{kBf16Rounding, {}}};
}

}  // namespace

std::vector<KernelCase> image_cases() {
  std::vector<std::int64_t> many(70);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int64_t>(i * 11 % 90);
  return {
      images("plain", {5, 4, 6, 3}, {4, 0, 4}, {}),
      images("cropped", {5, 9, 7, 3}, {1, 2, 3, 0}, {.crop = true, .seed = 7}),
      images("mirrored", {6, 3, 5, 3}, {0, 1, 2, 3, 4, 5}, {.mirror = true, .seed = 8}),
      images("augmented", {90, 32, 32, 3}, many, {.crop = true, .mirror = true, .seed = 9}),
      images("smaller_than_the_padding", {3, 2, 2, 3}, {2, 1}, {.crop = true, .seed = 1}),
      images("no_samples", {3, 4, 4, 3}, {}, {.crop = true, .mirror = true}),
  };
}

}  // namespace switchyard::test
