#pragma once
// The experts of this rank: two-layer MLPs, D -> hidden -> ReLU -> dropout -> C. They compute in
// the type of what they are given and of the layers; their outputs are of the parameters' type.

#include <string>
#include <vector>

#include "model/config.hpp"
#include "model/layers.hpp"

namespace switchyard {

/// One layer of each local expert, in the type that a pass computes in.
struct ExpertLayer {
  std::vector<Variable> weights;  ///< (out,in)
  std::vector<Variable> biases;   ///< (out)
};
struct ExpertLayers {
  ExpertLayer first, second;
};

class Experts {
 public:
  /// Makes the experts of `range`, at least one, named `<name>.<global expert>.net.{0,2}`.
  Experts(ModelState& state, const std::string& name, ExpertRange range, int features, int classes,
          const HeadConfig& config);

  /// What routed() and mixed() of one pass work with, however often they are called.
  ExpertLayers layers(Tape& tape, DType compute) const;
  /// Each group of rows through its expert, (R,C).
  Variable routed(const ForwardContext& context, const ExpertLayers& layers,
                  const ExpertRows& rows) const;
  /// sum_e probs[:,e] expert_e(h) over the local experts; probs (B, local experts).
  Variable mixed(const ForwardContext& context, const ExpertLayers& layers, const Variable& h,
                 const Variable& probs, const Tensor& sample_ids) const;
  /// Whether routed() will ask for the rows' keys.
  RowKeys row_keys(Mode mode) const;

 private:
  ExpertRange range_;
  DType master_;
  HeadConfig config_;
  std::vector<Linear> first_;
  std::vector<Linear> second_;
};

}  // namespace switchyard
