#pragma once
// What a model is made of, from its configuration alone: parameters, FLOPs, activations.
//
// FLOPs count a multiplication and an addition as two, of the forward pass of one sample (or of one
// row of an expert); a backward pass has twice as many.

#include <cstdint>
#include <vector>

#include "model/config.hpp"

namespace switchyard {

/// A convolution and the batch norm behind it.
struct ConvWork {
  int in = 0;
  int out = 0;
  int kernel = 0;
  int in_side = 0;  ///< height and width of what comes in
  int out_side = 0;
  int created = 0;  ///< its place in the order of creation

  std::int64_t weights() const { return std::int64_t{out} * kernel * kernel * in; }
  std::int64_t parameters() const { return weights() + 2 * std::int64_t{out}; }
  double flops() const { return 2.0 * static_cast<double>(weights()) * out_side * out_side; }
  /// Elements read and written, once each.
  double activations() const {
    return 1.0 * in * in_side * in_side + 1.0 * out * out_side * out_side;
  }
};

/// Of ResNet-18 for images of 32 x 32, in the order of execution.
std::vector<ConvWork> backbone_work(int width);

/// Features that the backbone gives the head.
int features_of(const ModelConfig& model);

struct HeadWork {
  std::vector<std::int64_t> replicated;  ///< elements of its tensors on all ranks, as created
  std::vector<std::int64_t> expert;      ///< elements of one expert's tensors, as created
  double router_flops = 0;
  double mlp_flops = 0;  ///< of the dense head, or of one expert's row
};
HeadWork head_work(const ModelConfig& model);

/// Every expert counted once.
std::int64_t parameter_count(const ModelConfig& model);

}  // namespace switchyard
