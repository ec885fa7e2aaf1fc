#include "model/classifier.hpp"

#include "profile/recorder.hpp"

namespace switchyard {

Classifier::Classifier(Backend& backend, DType dtype, const ModelConfig& config, ExpertRange local,
                       std::uint64_t seed)
    : config_(config),
      state_(backend, dtype, seed),
      backbone_(state_, "backbone", config.width),
      head_(make_head(state_, "head", backbone_.features(), config.classes, config.head, local)) {}

Classifier::Output Classifier::forward(const ForwardContext& context, const Variable& x) {
  Variable h;
  {
    const ZoneScope zone(context.tape.backend().recorder(), Zone::backbone);
    h = backbone_.forward(context, x);
  }
  return {h, forward_head(context, h)};
}

HeadOutput Classifier::forward_head(const ForwardContext& context, const Variable& h) const {
  return head_->forward(context, h);
}

}  // namespace switchyard
