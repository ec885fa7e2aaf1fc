// Convolution and its two adjoints: one sum over (output pixel, tap, input pixel) triples,
//   y[out,o] = sum w[o,tap,i] x[in,i],
// of which each kernel holds another factor. Channels run innermost, over contiguous memory.

#include <vector>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

struct Geometry {
  std::int64_t n, h, w, in_channels;
  std::int64_t kh, kw, out_channels;
  std::int64_t oh, ow;
  Conv2dSpec spec;

  std::int64_t taps() const { return kh * kw; }
};

Geometry make_geometry(const Shape& x, const Shape& w, Conv2dSpec spec) {
  SY_REQUIRE(x.size() == 4 && w.size() == 4 && x[3] == w[3], ExitCode::run_failed,
             "cannot convolve x of shape {} with weights of shape {} (expected (N,H,W,I) and "
             "(O,KH,KW,I) with equal I)",
             to_string(x), to_string(w));
  SY_REQUIRE(spec.stride >= 1 && spec.padding >= 0, ExitCode::run_failed,
             "a convolution needs stride >= 1 and padding >= 0 (found {} and {})", spec.stride,
             spec.padding);
  std::int64_t free_h = x[1] + 2 * spec.padding - w[1], free_w = x[2] + 2 * spec.padding - w[2];
  SY_REQUIRE(free_h >= 0 && free_w >= 0, ExitCode::run_failed,
             "images of shape {} are smaller than the {}x{} kernel (with padding {}); use larger "
             "images or a model with fewer reductions",
             to_string(x), w[1], w[2], spec.padding);
  return {
      x[0], x[1], x[2], x[3], w[1], w[2], w[0], free_h / spec.stride + 1, free_w / spec.stride + 1,
      spec};
}

Shape output_shape(const Geometry& g) {
  return {g.n, g.oh, g.ow, g.out_channels};
}

// f(output pixel, tap, input pixel) for every triple inside the image, in ascending order.
template <class F>
void for_each_tap(const Geometry& g, F&& f) {
  std::int64_t out = 0;
  for (std::int64_t n = 0; n < g.n; ++n) {
    for (std::int64_t oh = 0; oh < g.oh; ++oh) {
      for (std::int64_t ow = 0; ow < g.ow; ++ow, ++out) {
        for (std::int64_t tap = 0; tap < g.taps(); ++tap) {
          std::int64_t h = oh * g.spec.stride - g.spec.padding + tap / g.kw;
          std::int64_t w = ow * g.spec.stride - g.spec.padding + tap % g.kw;
          if (h >= 0 && h < g.h && w >= 0 && w < g.w) f(out, tap, (n * g.h + h) * g.w + w);
        }
      }
    }
  }
}

// (O,taps,I) -> (taps,I,O): output channels become contiguous.
template <class T>
std::vector<T> output_channels_last(const Tensor& w, const Geometry& g) {
  const std::int64_t patch = g.taps() * g.in_channels;
  std::vector<T> turned(w.numel());
  for (std::int64_t o = 0; o < g.out_channels; ++o) {
    for (std::int64_t p = 0; p < patch; ++p) {
      turned[p * g.out_channels + o] = w.data<T>()[o * patch + p];
    }
  }
  return turned;
}

template <class T>
void add_multiple(double* y, double factor, const T* x, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] += factor * x[i];
}

class RefPreparedConv2d final : public PreparedConv2d {
 public:
  RefPreparedConv2d(Backend& backend, const Tensor& w, const Tensor& bias, Conv2dSpec spec,
                    Activation act)
      : backend_(backend),
        w_(backend.convert(w, w.dtype())),
        bias_(backend.convert(bias, bias.dtype())),
        spec_(spec),
        act_(act) {}

  Tensor run(const Tensor& x, const Tensor& residual) override {
    Tensor y = backend_.binary(BinaryOp::add, backend_.conv2d(x, w_, spec_), bias_);
    if (residual) backend_.accumulate(y, residual);
    return act_ == Activation::relu ? backend_.relu(y) : y;
  }

 private:
  Backend& backend_;  // outlives the convolutions prepared with it
  Tensor w_, bias_;
  Conv2dSpec spec_;
  Activation act_;
};

}  // namespace

Tensor RefBackend::conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) {
  const Geometry g = make_geometry(x.shape(), w.shape(), spec);
  ref::expect(w, "the convolution weight", w.shape(), x.dtype());
  Tensor sum = zeros(output_shape(g), DType::f64);
  dispatch_float(x.dtype(), [&]<class T>() {
    const std::vector<T> turned = output_channels_last<T>(w, g);
    for_each_tap(g, [&](std::int64_t out, std::int64_t tap, std::int64_t in) {
      double* y = sum.data<double>() + out * g.out_channels;
      const T* pixel = x.data<T>() + in * g.in_channels;
      for (std::int64_t i = 0; i < g.in_channels; ++i) {
        add_multiple(y, pixel[i], &turned[(tap * g.in_channels + i) * g.out_channels],
                     g.out_channels);
      }
    });
  });
  return convert(sum, x.dtype());
}

Tensor RefBackend::conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                                     const Shape& x_shape) {
  const Geometry g = make_geometry(x_shape, w.shape(), spec);
  ref::expect(dy, "the gradient of the convolution", output_shape(g), w.dtype());
  Tensor sum = zeros(x_shape, DType::f64);
  dispatch_float(w.dtype(), [&]<class T>() {
    for_each_tap(g, [&](std::int64_t out, std::int64_t tap, std::int64_t in) {
      double* dx = sum.data<double>() + in * g.in_channels;
      const T* pixel = dy.data<T>() + out * g.out_channels;
      for (std::int64_t o = 0; o < g.out_channels; ++o) {
        add_multiple(dx, pixel[o], w.data<T>() + (o * g.taps() + tap) * g.in_channels,
                     g.in_channels);
      }
    });
  });
  return convert(sum, w.dtype());
}

Tensor RefBackend::conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                                      const Shape& w_shape) {
  const Geometry g = make_geometry(x.shape(), w_shape, spec);
  ref::expect(dy, "the gradient of the convolution", output_shape(g), x.dtype());
  Tensor sum = zeros(w_shape, DType::f64);
  dispatch_float(x.dtype(), [&]<class T>() {
    for_each_tap(g, [&](std::int64_t out, std::int64_t tap, std::int64_t in) {
      const T* pixel = dy.data<T>() + out * g.out_channels;
      for (std::int64_t o = 0; o < g.out_channels; ++o) {
        add_multiple(sum.data<double>() + (o * g.taps() + tap) * g.in_channels, pixel[o],
                     x.data<T>() + in * g.in_channels, g.in_channels);
      }
    });
  });
  return convert(sum, x.dtype());
}

std::unique_ptr<PreparedConv2d> RefBackend::prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                           Conv2dSpec spec, Activation act) {
  ref::expect_rank(w, "the convolution weight", 4);
  ref::expect(bias, "the convolution bias", {w.dim(0)}, w.dtype());
  return std::make_unique<RefPreparedConv2d>(*this, w, bias, spec, act);
}

}  // namespace switchyard
