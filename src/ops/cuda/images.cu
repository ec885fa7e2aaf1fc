#include "base/image_placement.hpp"
#include "device/cuda/launch.hpp"
#include "ops/cuda/compute.hpp"
#include "ops/cuda/random_kernels.hpp"

namespace switchyard {
namespace {

constexpr int kColours = 3;

// The pixel of the data set's image that pixel (y, x) of the augmented one is; null outside.
__device__ const std::uint8_t* source_pixel(const std::uint8_t* image, std::int32_t y,
                                            std::int32_t x, const ImagePlacement& placement,
                                            std::int32_t height, std::int32_t width) {
  const std::int64_t from_y = y + placement.dy;
  const std::int64_t from_x = (placement.mirrored ? width - 1 - x : x) + placement.dx;
  const bool inside = 0 <= from_y && from_y < height && 0 <= from_x && from_x < width;
  return inside ? image + (from_y * width + from_x) * kColours : nullptr;
}

// A block an image.
template <class T>
__global__ void make_images_kernel(ImageBatch batch, T* y) {
  using C = Compute<T>;
  __shared__ ImagePlacement placement;
  const std::int64_t id = batch.sample_ids[blockIdx.x];
  if (threadIdx.x == 0)
    placement = place_image(batch.crop, batch.mirror, batch.seed, *batch.epoch, id);
  __syncthreads();
  const std::int32_t width = batch.width, pixels = batch.height * width;
  const std::uint8_t* image = batch.pixels + id * pixels * kColours;
  T* out = y + std::int64_t{blockIdx.x} * pixels * kColours;
  for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < pixels; i += kBlock) {
    const std::uint8_t* from =
        source_pixel(image, i / width, i % width, placement, batch.height, width);
#pragma unroll
    for (int c = 0; c < kColours; ++c) {
      const C byte = from ? static_cast<C>(from[c]) : C{0};
      out[i * kColours + c] = static_cast<T>((byte / C{255} - static_cast<C>(batch.mean[c])) /
                                             static_cast<C>(batch.std[c]));
    }
  }
}

struct LookUp {
  const std::int32_t* labels;
  const std::int64_t* sample_ids;
  std::int32_t* y;
  __device__ void operator()(std::int64_t i) const { y[i] = labels[sample_ids[i]]; }
};

}  // namespace

template <class T>
void launch_make_images(const ImageBatch& batch, T* y, cudaStream_t stream) {
  launch(make_images_kernel<T>, dim3(static_cast<unsigned>(batch.images)), kBlock, stream, batch,
         y);
}

void launch_look_up(const std::int32_t* labels, const std::int64_t* sample_ids, std::int32_t* y,
                    std::int64_t n, cudaStream_t stream) {
  for_each(n, stream, LookUp{labels, sample_ids, y});
}

template void launch_make_images(const ImageBatch&, float*, cudaStream_t);
template void launch_make_images(const ImageBatch&, double*, cudaStream_t);
template void launch_make_images(const ImageBatch&, BFloat16*, cudaStream_t);

}  // namespace switchyard
