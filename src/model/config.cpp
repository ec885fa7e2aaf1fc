#include "model/config.hpp"

#include "base/error.hpp"

namespace switchyard {

void validate(const ModelConfig& config) {
  const HeadConfig& head = config.head;
  if (!head.is_sparse()) return;
  SY_REQUIRE(head.active_experts() <= head.experts, ExitCode::bad_usage,
             "--k {} asks for more experts than there are (--experts {}); lower --k or raise "
             "--experts",
             head.k, head.experts);
  SY_REQUIRE(!head.gate_standardize || head.experts > 1, ExitCode::bad_usage,
             "one gate logit cannot be standardised (its deviation is undefined with --experts 1); "
             "set --gate-standardize off or use more experts");
}

}  // namespace switchyard
