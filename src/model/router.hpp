#pragma once
// Routers: from features to the experts that a sample is sent to, and their weights.

#include "model/config.hpp"
#include "model/layers.hpp"

namespace switchyard {

/// What a router decided. Undefined members are ones that its kind does not have.
struct Routing {
  Variable probs;  ///< (B,E): the weight of each expert, 0 where not chosen

  // Sparse routers only:
  Tensor chosen;            ///< (B,k) i32, best first; constant to differentiation
  Variable weights;         ///< (B,k), the chosen experts' weights
  Variable gate_logits;     ///< (B,E), as the gate's linear layer gives them
  Variable clean_logits;    ///< (B,E), standardised where the configuration says so
  Variable noise_std;       ///< (B,E), no value without gate noise
  Variable routing_logits;  ///< (B,E), what the top k are taken of
  Tensor noise;             ///< (B,E), the standard normal numbers used; undefined if none
};

/// softmax(gate(h) / T) over all experts.
class SoftRouter {
 public:
  SoftRouter(ModelState& state, const std::string& name, int features, const HeadConfig& config);
  Routing forward(const ForwardContext& context, const Variable& h) const;

 private:
  HeadConfig config_;
  Linear gate_;
};

/// Noisy top-k (Shazeer et al. 2017), with standardised logits and a noise floor
/// (Mixture-of-Experts Models in Vision, arXiv 2601.15021).
class TopKRouter {
 public:
  TopKRouter(ModelState& state, const std::string& name, int features, const HeadConfig& config);
  Routing forward(const ForwardContext& context, const Variable& h) const;

 private:
  bool noisy(Mode mode) const;
  TopKSpec spec() const;
  Tensor draw_noise(const ForwardContext& context, DType dtype) const;

  HeadConfig config_;
  Linear gate_;
  Linear noise_;
};

}  // namespace switchyard
