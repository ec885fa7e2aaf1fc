#pragma once
// The experts of this rank: two-layer MLPs, D -> hidden -> ReLU -> dropout -> C. They compute in
// the type of what they are given; their outputs are of the parameters' type.

#include <string>
#include <vector>

#include "model/config.hpp"
#include "model/layers.hpp"

namespace switchyard {

class Experts {
 public:
  /// Makes the experts of `range`, at least one, named `<name>.<global expert>.net.{0,2}`.
  Experts(ModelState& state, const std::string& name, ExpertRange range, int features, int classes,
          const HeadConfig& config);

  /// Each group of rows through its expert, (R,C).
  Variable routed(const ForwardContext& context, const ExpertRows& rows) const;
  /// sum_e probs[:,e] expert_e(h) over the local experts; probs (B, local experts).
  Variable mixed(const ForwardContext& context, const Variable& h, const Variable& probs,
                 const Tensor& sample_ids) const;
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
