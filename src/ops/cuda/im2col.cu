#include "device/bfloat16.hpp"
#include "device/cuda/launch.hpp"
#include "ops/cuda/compute.hpp"
#include "ops/cuda/im2col_kernels.hpp"

namespace switchyard {
namespace {

/// The last index of those that `i` runs over, which is taken off it.
__device__ std::int64_t split_off(std::int64_t& i, std::int64_t length) {
  const std::int64_t index = i % length;
  i /= length;
  return index;
}

template <class T>
struct ImagesToPatches {
  PatchGeometry g;
  const T* images;
  T* patches;

  __device__ void operator()(std::int64_t element) const {
    std::int64_t rest = element;
    const std::int64_t c = split_off(rest, g.channels), kw = split_off(rest, g.kernel_width),
                       kh = split_off(rest, g.kernel_height), ow = split_off(rest, g.out_width),
                       oh = split_off(rest, g.out_height), n = rest;
    const std::int64_t h = oh * g.stride + kh - g.padding, w = ow * g.stride + kw - g.padding;
    const bool inside = h >= 0 && h < g.height && w >= 0 && w < g.width;
    patches[element] =
        inside ? images[((n * g.height + h) * g.width + w) * g.channels + c] : T(0.0f);
  }
};

template <class T>
struct PatchesToImages {
  PatchGeometry g;
  const T* patches;
  T* images;

  /// The output pixel whose patch has this image line at `tap`, or -1.
  __device__ std::int64_t output(std::int64_t line, std::int64_t tap, std::int64_t length) const {
    const std::int64_t shifted = line + g.padding - tap;
    return shifted >= 0 && shifted % g.stride == 0 && shifted / g.stride < length
               ? shifted / g.stride
               : -1;
  }

  __device__ void operator()(std::int64_t element) const {
    std::int64_t rest = element;
    const std::int64_t c = split_off(rest, g.channels), w = split_off(rest, g.width),
                       h = split_off(rest, g.height), n = rest;
    Compute<T> sum{0};
    for (std::int64_t kh = g.kernel_height - 1; kh >= 0; --kh)
      for (std::int64_t kw = g.kernel_width - 1; kw >= 0; --kw) {
        const std::int64_t oh = output(h, kh, g.out_height), ow = output(w, kw, g.out_width);
        if (oh < 0 || ow < 0) continue;
        const std::int64_t patch = (n * g.out_height + oh) * g.out_width + ow;
        const std::int64_t tap = (patch * g.kernel_height + kh) * g.kernel_width + kw;
        sum += static_cast<Compute<T>>(patches[tap * g.channels + c]);
      }
    images[element] = static_cast<T>(sum);
  }
};

}  // namespace

template <class T>
void launch_images_to_patches(const PatchGeometry& g, const T* images, T* patches,
                              cudaStream_t stream) {
  for_each(g.images * g.out_height * g.out_width * g.kernel_height * g.kernel_width * g.channels,
           stream, ImagesToPatches<T>{g, images, patches});
}

template <class T>
void launch_patches_to_images(const PatchGeometry& g, const T* patches, T* images,
                              cudaStream_t stream) {
  for_each(g.images * g.height * g.width * g.channels, stream,
           PatchesToImages<T>{g, patches, images});
}

template void launch_images_to_patches(const PatchGeometry&, const float*, float*, cudaStream_t);
template void launch_images_to_patches(const PatchGeometry&, const double*, double*, cudaStream_t);
template void launch_images_to_patches(const PatchGeometry&, const BFloat16*, BFloat16*,
                                       cudaStream_t);
template void launch_patches_to_images(const PatchGeometry&, const float*, float*, cudaStream_t);
template void launch_patches_to_images(const PatchGeometry&, const double*, double*, cudaStream_t);
template void launch_patches_to_images(const PatchGeometry&, const BFloat16*, BFloat16*,
                                       cudaStream_t);

}  // namespace switchyard
