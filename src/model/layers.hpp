#pragma once
// The layers that models are built from: parameters under PyTorch names, and a forward.

#include <memory>
#include <string>

#include "model/forward_context.hpp"
#include "model/rounded_weights.hpp"
#include "model/state.hpp"
#include "ops/batch_norm.hpp"

namespace switchyard {

/// nn.Linear: weight (out,in), bias (out), both U(+-1/sqrt(in)).
class Linear {
 public:
  Linear(ModelState& state, const std::string& name, int in, int out,
         std::optional<ExpertId> expert = {});
  /// In x's type, whatever that of the parameters.
  Variable forward(Tape& tape, const Variable& x, Activation act = Activation::none) const;

  Parameter& weight() const { return *weight_; }
  Parameter& bias() const { return *bias_; }

 private:
  Parameter* weight_;
  Parameter* bias_;
};

struct ConvShape {
  int in = 0;
  int out = 0;
  int kernel = 3;
  int stride = 1;
};

enum class ConvInit {
  kaiming_normal_fan_out,  ///< torchvision's ResNet
  kaiming_uniform,         ///< nn.Conv2d's own, a = sqrt(5): U(+-1/sqrt(fan in))
};

/// A bias-free convolution ("same" padding), batch norm, and what follows: residual add, ReLU.
/// In inference without a tape the three are one primitive with folded weights, packed once.
/// Computes in x's type; normalises with statistics and parameters in the parameters' type.
/// Training updates the running statistics in place.
class ConvNorm {
 public:
  ConvNorm(ModelState& state, const std::string& conv_name, const std::string& norm_name,
           ConvShape shape, ConvInit init, Activation activation);

  /// `weights` has this layer's in x's type. `residual`, added before the activation, may be null.
  Variable forward(const ForwardContext& context, const Variable& x, RoundedWeights& weights,
                   const Variable* residual = nullptr);
  Parameter& weight() const { return *weight_; }

 private:
  Tensor run_prepared(const Tensor& x, const Tensor& residual);

  ModelState& state_;
  Conv2dSpec spec_;
  Activation activation_;
  Parameter* weight_;
  Parameter* gamma_;
  Parameter* beta_;
  BufferTensor* running_mean_;
  BufferTensor* running_var_;
  BufferTensor* batches_tracked_;
  std::unique_ptr<PreparedConv2d> prepared_;
  std::uint64_t prepared_version_ = 0;
};

}  // namespace switchyard
