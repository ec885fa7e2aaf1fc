#pragma once
// ResNet-18 (He et al. 2016) with the CIFAR stem: a 3x3 stride-1 first convolution and no
// max-pool. Names are torchvision's.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "model/layers.hpp"

namespace switchyard {

/// Two 3x3 convolutions and a shortcut, which is a 1x1 convolution where the shape changes.
class BasicBlock {
 public:
  BasicBlock(ModelState& state, const std::string& name, int in, int out, int stride);
  Variable forward(const ForwardContext& context, const Variable& x, RoundedWeights& weights);
  std::vector<Parameter*> weights() const;

 private:
  ConvNorm first_;
  ConvNorm second_;
  std::optional<ConvNorm> downsample_;
};

class ResNet18 {
 public:
  /// `width`: channels of the stem; the four stages have 1, 2, 4 and 8 times as many.
  ResNet18(ModelState& state, const std::string& name, int width);

  /// x (N,H,W,3) -> h (N, 8 width), f32 for bf16 x.
  Variable forward(const ForwardContext& context, const Variable& x);
  int features() const { return features_; }

 private:
  int features_;
  ConvNorm stem_;
  std::deque<BasicBlock> blocks_;
  std::vector<Parameter*> weights_;  // of all convolutions
};

}  // namespace switchyard
