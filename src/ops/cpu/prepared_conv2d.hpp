#pragma once
// A float32 convolution with bias, residual and activation in one oneDNN primitive.

#include <utility>
#include <vector>

#include "ops/cpu/conv_engine.hpp"

namespace switchyard {

/// Packs its weights at the first run of each input shape that wants another layout.
class FusedConv2d final : public PreparedConv2d {
 public:
  /// Keeps w (O,KH,KW,I) and bias (O); backend and engine outlive this object.
  FusedConv2d(Backend& backend, ConvEngine& engine, Tensor w, Tensor bias, Conv2dSpec spec,
              Activation act);

  Tensor run(const Tensor& x, const Tensor& residual) override;

 private:
  const Tensor& packed_for(const ConvPrimitive& primitive);

  Backend& backend_;
  ConvEngine& engine_;
  Tensor w_, bias_;
  Conv2dSpec spec_;
  Activation act_;
  std::vector<std::pair<dnnl::memory::desc, Tensor>> packed_;
};

}  // namespace switchyard
