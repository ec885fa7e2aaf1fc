#pragma once
// The sizes of one convolution, checked once; the key under which a library keeps its primitives.

#include <compare>
#include <cstdint>

#include "ops/backend.hpp"

namespace switchyard {

struct ConvProblem {
  std::int64_t batch, height, width, in_channels;
  std::int64_t out_channels, kernel_height, kernel_width;
  std::int64_t stride, padding;

  auto operator<=>(const ConvProblem&) const = default;

  std::int64_t out_height() const { return (height + 2 * padding - kernel_height) / stride + 1; }
  std::int64_t out_width() const { return (width + 2 * padding - kernel_width) / stride + 1; }
  Shape x_shape() const { return {batch, height, width, in_channels}; }
  Shape w_shape() const { return {out_channels, kernel_height, kernel_width, in_channels}; }
  Shape y_shape() const { return {batch, out_height(), out_width(), out_channels}; }
  /// Weights that make one output element: KH KW I.
  std::int64_t patch_size() const { return kernel_height * kernel_width * in_channels; }
  /// True when there is nothing to compute: no sample or no channel.
  bool empty() const { return batch == 0 || in_channels == 0 || out_channels == 0; }
};

/// x (N,H,W,I), w (O,KH,KW,I). Shapes that do not fit together, or an output without pixels, are
/// an Error.
ConvProblem conv_problem(const Shape& x, const Shape& w, Conv2dSpec spec);

}  // namespace switchyard
