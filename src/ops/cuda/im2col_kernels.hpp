#pragma once
// Images to patches and back: the two linear maps that make a convolution a matrix product.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// Images are (images, height, width, channels). Output pixel (n, oh, ow) has the patch of
/// kernel_height x kernel_width x channels elements at (oh stride - padding, ow stride - padding),
/// zeros outside.
struct PatchGeometry {
  std::int64_t images, height, width, channels;
  std::int64_t kernel_height, kernel_width, stride, padding;
  std::int64_t out_height, out_width;
};

/// patches (images out_height out_width, kernel_height kernel_width channels). T is float, double
/// or BFloat16.
template <class T>
void launch_images_to_patches(const PatchGeometry& geometry, const T* images, T* patches,
                              cudaStream_t stream);

/// The adjoint: every image element is the sum of its places in the patches, in their order and in
/// Compute<T>.
template <class T>
void launch_patches_to_images(const PatchGeometry& geometry, const T* patches, T* images,
                              cudaStream_t stream);

}  // namespace switchyard
