#pragma once
// Heads: from features h (B,D) to logits (B,C), both of the master type. What is between them but
// the router is computed in the context's type.

#include <memory>
#include <optional>
#include <string>

#include "model/router.hpp"

namespace switchyard {

struct HeadOutput {
  Variable logits;                 ///< (B,C)
  std::optional<Routing> routing;  ///< of the mixture heads
};

class Head {
 public:
  virtual ~Head() = default;
  virtual HeadOutput forward(const ForwardContext& context, const Variable& h) const = 0;
};

/// The one place where heads are listed. `local` are the experts that this rank owns.
std::unique_ptr<Head> make_head(ModelState& state, const std::string& name, int features,
                                int classes, const HeadConfig& config, ExpertRange local);

}  // namespace switchyard
