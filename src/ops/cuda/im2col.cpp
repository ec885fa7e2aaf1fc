#include "ops/cuda/im2col.hpp"

#include <algorithm>

#include "ops/cuda/im2col_kernels.hpp"
#include "ops/dispatch.hpp"

namespace switchyard {
namespace {

PatchGeometry geometry(const ConvProblem& p, std::int64_t images) {
  return {images,         p.height, p.width,   p.in_channels,  p.kernel_height,
          p.kernel_width, p.stride, p.padding, p.out_height(), p.out_width()};
}

std::int64_t pixels(const ConvProblem& p) {
  return p.out_height() * p.out_width();
}

std::int64_t images_at_once(const ConvProblem& p, DType dtype, std::int64_t patch_bytes) {
  const auto bytes = pixels(p) * p.patch_size() * static_cast<std::int64_t>(size_of(dtype));
  return std::clamp<std::int64_t>(patch_bytes / bytes, 1, p.batch);
}

/// Calls body(first image, end, patches of those images (pixels, patch size)) over the batch.
template <class Body>
void for_each_part(const PatchEngine& engine, const ConvProblem& p, DType dtype, Body body) {
  const std::int64_t most = images_at_once(p, dtype, engine.patch_bytes);
  Tensor patches(engine.device.allocator(), {most * pixels(p), p.patch_size()}, dtype);
  for (std::int64_t first = 0; first < p.batch; first += most) {
    const std::int64_t end = std::min(first + most, p.batch);
    Tensor part = patches.rows(0, (end - first) * pixels(p));
    body(first, end, part);
  }
}

/// The outputs of images [first, end), a pixel a row.
Tensor output_rows(const ConvProblem& p, const Tensor& y, std::int64_t first, std::int64_t end) {
  return y.rows(first, end).reshape({(end - first) * pixels(p), p.out_channels});
}

Tensor as_matrix(const ConvProblem& p, const Tensor& w) {
  return w.reshape({p.out_channels, p.patch_size()});
}

void make_patches(const ConvProblem& p, const Tensor& images, Tensor& patches,
                  cudaStream_t stream) {
  dispatch_compute(images.dtype(), [&]<class T>() {
    launch_images_to_patches(geometry(p, images.dim(0)), images.data<T>(), patches.data<T>(),
                             stream);
  });
}

}  // namespace

void im2col_conv2d(const PatchEngine& engine, const ConvProblem& p, const Tensor& x,
                   const Tensor& w, Tensor& y) {
  const auto body = [&](std::int64_t first, std::int64_t end, Tensor& patches) {
    make_patches(p, x.rows(first, end), patches, engine.device.stream());
    Tensor rows = output_rows(p, y, first, end);
    engine.cublas.gemm(patches, Transpose::no, as_matrix(p, w), Transpose::yes, rows);
  };
  for_each_part(engine, p, x.dtype(), body);
}

void im2col_conv2d_grad_input(const PatchEngine& engine, const ConvProblem& p, const Tensor& dy,
                              const Tensor& w, Tensor& dx) {
  const auto body = [&](std::int64_t first, std::int64_t end, Tensor& patches) {
    engine.cublas.gemm(output_rows(p, dy, first, end), Transpose::no, as_matrix(p, w),
                       Transpose::no, patches);
    Tensor images = dx.rows(first, end);
    dispatch_compute(dy.dtype(), [&]<class T>() {
      launch_patches_to_images(geometry(p, end - first), std::as_const(patches).data<T>(),
                               images.data<T>(), engine.device.stream());
    });
  };
  for_each_part(engine, p, dy.dtype(), body);
}

void im2col_conv2d_grad_weight(const PatchEngine& engine, const ConvProblem& p, const Tensor& x,
                               const Tensor& dy, Tensor& dw) {
  Tensor matrix = as_matrix(p, dw);
  const auto body = [&](std::int64_t first, std::int64_t end, Tensor& patches) {
    make_patches(p, x.rows(first, end), patches, engine.device.stream());
    engine.cublas.gemm(output_rows(p, dy, first, end), Transpose::yes, patches, Transpose::no,
                       matrix, {.accumulate = first > 0});
  };
  for_each_part(engine, p, x.dtype(), body);
}

}  // namespace switchyard
