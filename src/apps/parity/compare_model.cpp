#include "apps/parity/compare_model.hpp"

namespace switchyard::parity {
namespace {

// `part(parameter)` against every tensor of the fixture under `prefix`.
template <class Part>
void compare_parameters(Comparison& comparison, const std::string& prefix, Subject& subject,
                        Part&& part) {
  for (const std::string& name : comparison.fixture().names_after(prefix)) {
    Parameter* p = subject.state().find_parameter(name);
    if (p)
      comparison.held(prefix + name, part(*p), subject.copies(*p));
    else
      comparison.held(prefix + name, Tensor{}, 0);
  }
}

}  // namespace

void compare_outputs(Comparison& comparison, const std::string& prefix,
                     const Classifier::Output& output, Share share) {
  auto compare = [&](const char* name, const Tensor& actual) {
    if (actual) comparison.rows(prefix + name, actual, share);
  };
  compare("h", output.features.value());
  compare("logits", output.head.logits.value());
  if (!output.head.routing) return;
  const Routing& routing = *output.head.routing;
  compare("gate_logits", routing.gate_logits.value());
  compare("probs", routing.probs.value());
  compare("norm_logits", routing.clean_logits.value());
  compare("noise_std", routing.noise_std.value());
  compare("routing_logits", routing.routing_logits.value());
  compare("topk_idx", routing.chosen);
}

void compare_gradients(Comparison& comparison, const std::string& prefix, Subject& subject) {
  compare_parameters(comparison, prefix, subject, [](const Parameter& p) { return p.grad.value; });
}

void compare_hessian_products(Comparison& comparison, const std::string& prefix, Subject& subject) {
  compare_parameters(comparison, prefix, subject,
                     [](const Parameter& p) { return p.grad.tangent(0); });
}

void compare_state(Comparison& comparison, const std::string& prefix, Subject& subject) {
  for (const std::string& name : comparison.fixture().names_after(prefix)) {
    if (BufferTensor* buffer = subject.find_buffer(name))
      comparison.held(prefix + name, buffer->value, subject.grid().world().size());
    else if (Parameter* p = subject.state().find_parameter(name))
      comparison.held(prefix + name, p->value, subject.copies(*p));
    else
      comparison.held(prefix + name, Tensor{}, 0);
  }
}

}  // namespace switchyard::parity
