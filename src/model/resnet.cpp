#include "model/resnet.hpp"

#include <fmt/format.h>

#include "ops/pooling.hpp"

namespace switchyard {

BasicBlock::BasicBlock(ModelState& state, const std::string& name, int in, int out, int stride)
    : first_(state, name + ".conv1", name + ".bn1", {in, out, 3, stride},
             ConvInit::kaiming_normal_fan_out, Activation::relu),
      second_(state, name + ".conv2", name + ".bn2", {out, out, 3, 1},
              ConvInit::kaiming_normal_fan_out, Activation::relu) {
  if (stride != 1 || in != out)
    downsample_.emplace(state, name + ".downsample.0", name + ".downsample.1",
                        ConvShape{in, out, 1, stride}, ConvInit::kaiming_normal_fan_out,
                        Activation::none);
}

Variable BasicBlock::forward(const ForwardContext& context, const Variable& x,
                             RoundedWeights& weights) {
  Variable shortcut = downsample_ ? downsample_->forward(context, x, weights) : x;
  return second_.forward(context, first_.forward(context, x, weights), weights, &shortcut);
}

std::vector<Parameter*> BasicBlock::weights() const {
  std::vector<Parameter*> weights{&first_.weight(), &second_.weight()};
  if (downsample_) weights.push_back(&downsample_->weight());
  return weights;
}

ResNet18::ResNet18(ModelState& state, const std::string& name, int width)
    : features_(8 * width),
      stem_(state, name + ".conv1", name + ".bn1", {3, width, 3, 1}, ConvInit::kaiming_uniform,
            Activation::relu),
      weights_{&stem_.weight()} {
  int in = width;
  for (int stage = 0; stage < 4; ++stage) {
    int out = width << stage;
    for (int block = 0; block < 2; ++block) {
      int stride = stage > 0 && block == 0 ? 2 : 1;
      blocks_.emplace_back(state, fmt::format("{}.layer{}.{}", name, stage + 1, block), in, out,
                           stride);
      for (Parameter* weight : blocks_.back().weights()) weights_.push_back(weight);
      in = out;
    }
  }
}

Variable ResNet18::forward(const ForwardContext& context, const Variable& x) {
  RoundedWeights weights(context.tape, weights_, x.dtype());
  Variable h = stem_.forward(context, x, weights);
  for (BasicBlock& block : blocks_) h = block.forward(context, h, weights);
  return global_avg_pool(context.tape, h);
}

}  // namespace switchyard
