#include "ops/cpu/patch_conv2d.hpp"

#include <algorithm>

#include "ops/cpu/gemm.hpp"
#include "ops/cpu/parallel.hpp"

namespace switchyard {
namespace {

/// Bytes of patches held at once; more only where one image needs it.
constexpr std::int64_t kPatchBytes = 32 << 20;

std::int64_t pixels(const ConvProblem& p) {
  return p.out_height() * p.out_width();
}

std::int64_t image_size(const ConvProblem& p) {
  return p.height * p.width * p.in_channels;
}

std::int64_t images_at_once(const ConvProblem& p) {
  const std::int64_t bytes = pixels(p) * p.patch_size() * std::int64_t{sizeof(double)};
  return std::clamp<std::int64_t>(kPatchBytes / bytes, 1, p.batch);
}

/// Calls visit(offset in the patches, offset in the image or -1 outside it) for every run of
/// in_channels elements of one image's patches, in ascending order.
template <class Visit>
void for_each_tap(const ConvProblem& p, Visit visit) {
  std::int64_t patch = 0;
  for (std::int64_t oh = 0; oh < p.out_height(); ++oh)
    for (std::int64_t ow = 0; ow < p.out_width(); ++ow)
      for (std::int64_t kh = 0; kh < p.kernel_height; ++kh)
        for (std::int64_t kw = 0; kw < p.kernel_width; ++kw, patch += p.in_channels) {
          const std::int64_t h = oh * p.stride + kh - p.padding;
          const std::int64_t w = ow * p.stride + kw - p.padding;
          const bool inside = h >= 0 && h < p.height && w >= 0 && w < p.width;
          visit(patch, inside ? (h * p.width + w) * p.in_channels : -1);
        }
}

void image_to_patches(const ConvProblem& p, const double* image, double* patches) {
  for_each_tap(p, [&](std::int64_t patch, std::int64_t source) {
    if (source < 0)
      std::fill_n(patches + patch, p.in_channels, 0.0);
    else
      std::copy_n(image + source, p.in_channels, patches + patch);
  });
}

/// The adjoint: every patch element is added to where it came from.
void patches_to_image(const ConvProblem& p, const double* patches, double* image) {
  std::fill_n(image, image_size(p), 0.0);
  for_each_tap(p, [&](std::int64_t patch, std::int64_t target) {
    if (target < 0) return;
    for (std::int64_t c = 0; c < p.in_channels; ++c) image[target + c] += patches[patch + c];
  });
}

/// Calls body(first image, images, patch buffer) over the batch.
template <class Body>
void for_each_chunk(Allocator& allocator, const ConvProblem& p, Body body) {
  const std::int64_t chunk = images_at_once(p);
  Tensor patches(allocator, {chunk, pixels(p), p.patch_size()}, DType::f64);
  for (std::int64_t first = 0; first < p.batch; first += chunk)
    body(first, std::min(chunk, p.batch - first), patches.data<double>());
}

void make_patches(const ConvProblem& p, const Tensor& x, std::int64_t first, std::int64_t images,
                  double* patches) {
  const double* from = x.data<double>() + first * image_size(p);
  parallel_for(images, 1, [=, &p](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n)
      image_to_patches(p, from + n * image_size(p), patches + n * pixels(p) * p.patch_size());
  });
}

}  // namespace

Tensor patch_conv2d(Allocator& allocator, const ConvProblem& p, const Tensor& x, const Tensor& w) {
  Tensor y(allocator, p.y_shape(), DType::f64);
  for_each_chunk(allocator, p, [&](std::int64_t first, std::int64_t images, double* patches) {
    make_patches(p, x, first, images, patches);
    gemm<double>({images * pixels(p), p.out_channels, p.patch_size()}, patches, Transpose::no,
                 w.data<double>(), Transpose::yes, 0.0,
                 y.data<double>() + first * pixels(p) * p.out_channels);
  });
  return y;
}

Tensor patch_conv2d_grad_input(Allocator& allocator, const ConvProblem& p, const Tensor& dy,
                               const Tensor& w) {
  Tensor dx(allocator, p.x_shape(), DType::f64);
  for_each_chunk(allocator, p, [&](std::int64_t first, std::int64_t images, double* patches) {
    gemm<double>({images * pixels(p), p.patch_size(), p.out_channels},
                 dy.data<double>() + first * pixels(p) * p.out_channels, Transpose::no,
                 w.data<double>(), Transpose::no, 0.0, patches);
    double* to = dx.data<double>() + first * image_size(p);
    parallel_for(images, 1, [=, &p](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n)
        patches_to_image(p, patches + n * pixels(p) * p.patch_size(), to + n * image_size(p));
    });
  });
  return dx;
}

Tensor patch_conv2d_grad_weight(Allocator& allocator, const ConvProblem& p, const Tensor& x,
                                const Tensor& dy) {
  Tensor dw(allocator, p.w_shape(), DType::f64);
  for_each_chunk(allocator, p, [&](std::int64_t first, std::int64_t images, double* patches) {
    make_patches(p, x, first, images, patches);
    gemm<double>({p.out_channels, p.patch_size(), images * pixels(p)},
                 dy.data<double>() + first * pixels(p) * p.out_channels, Transpose::yes, patches,
                 Transpose::no, first == 0 ? 0.0 : 1.0, dw.data<double>());
  });
  return dw;
}

}  // namespace switchyard
