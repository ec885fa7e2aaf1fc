#pragma once
// An image classifier: backbone and head over one set of named tensors.

#include <memory>

#include "model/head.hpp"
#include "model/resnet.hpp"

namespace switchyard {

class Classifier {
 public:
  /// Holds the backbone and gate, and of the experts only those of `local`, in `dtype`.
  Classifier(Backend& backend, DType dtype, const ModelConfig& config, ExpertRange local,
             std::uint64_t seed);

  struct Output {
    Variable features;  ///< h (B,D)
    HeadOutput head;
  };
  /// x (B,H,W,3) of the context's type, normalised images of this rank's samples; B may be 0.
  /// Collective.
  Output forward(const ForwardContext& context, const Variable& x);
  /// The head alone, on given features.
  HeadOutput forward_head(const ForwardContext& context, const Variable& h) const;

  const ModelConfig& config() const { return config_; }
  ModelState& state() { return state_; }

 private:
  ModelConfig config_;
  ModelState state_;
  ResNet18 backbone_;
  std::unique_ptr<Head> head_;
};

}  // namespace switchyard
