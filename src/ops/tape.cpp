#include "ops/tape.hpp"

#include <utility>

#include "profile/recorder.hpp"

namespace switchyard {

struct GradNode {
  Dual grad;                    // what has arrived so far
  Vjp vjp;                      // null for leaves
  std::vector<GradRef> inputs;  // whose gradients the vjp adds to
  Parameter* parameter = nullptr;
  bool reached = false;     // by a gradient
  int pending = 0;          // recorded uses of this value whose vjp has not run
  Zone zone = Zone::other;  // in which it was recorded, and on which its vjp is booked
};

namespace {

// Adds b to a, reusing the memory of one that nobody else holds.
void add_to(Backend& backend, Tensor& a, Tensor b) {
  if (!b) return;
  if (!a) {
    a = std::move(b);
  } else if (a.unique()) {
    backend.accumulate(a, b);
  } else if (b.unique()) {
    backend.accumulate(b, a);
    a = std::move(b);
  } else {
    a = backend.binary(BinaryOp::add, a, b);
  }
}

}  // namespace

Variable Tape::input(Dual value) {
  if (!recording()) return constant(std::move(value));
  auto node = std::make_shared<GradNode>();
  nodes_.push_back(node);
  return {std::move(value), node};
}

Variable Tape::parameter(Parameter& parameter) {
  if (!recording() || parameter.fixed) return constant(parameter.dual());
  GradRef& leaf = leaves_[&parameter];
  if (!leaf) {
    leaf = std::make_shared<GradNode>();
    leaf->parameter = &parameter;
    nodes_.push_back(leaf);
  }
  return {parameter.dual(), leaf};
}

Variable Tape::record(Dual value, std::span<const Variable* const> inputs, Vjp vjp) {
  auto node = std::make_shared<GradNode>();
  for (const Variable* input : inputs)
    if (input->needs_grad()) node->inputs.push_back(input->node);
  if (node->inputs.empty()) return constant(std::move(value));
  for (auto& input : node->inputs) ++input->pending;
  node->vjp = std::move(vjp);
  if (Recorder* recorder = backend_.recorder()) node->zone = recorder->zone();
  nodes_.push_back(node);
  return {std::move(value), node};
}

// Between the results and the inputs stands a node without a value. It was created before the
// results' own nodes, so its turn comes after all of theirs, which leave it what they got.
std::vector<Variable> Tape::record_joint(std::vector<Dual> values,
                                         std::span<const Variable* const> inputs, JointVjp vjp) {
  auto dys = std::make_shared<std::vector<Dual>>(values.size());
  Variable hub = record(Dual(), inputs, [dys, vjp = std::move(vjp)](const Dual&) { vjp(*dys); });
  std::vector<Variable> results;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].value) {
      results.emplace_back();
      continue;
    }
    results.push_back(
        record(std::move(values[i]), {&hub}, [dys, i, hub = hub.node](const Dual& dy) {
          (*dys)[i] = dy;
          hub->grad = dy;  // any will do: its vjp is then run
        }));
  }
  return results;
}

DualParts Tape::wanted(const GradRef& node) const {
  return node && node->parameter ? leaf_gradients_ : DualParts::all;
}

void Tape::accumulate(const GradRef& node, Dual dx) {
  if (!node) return;
  Dual& grad = node->grad;
  if (wanted(node) == DualParts::tangents) dx.value = {};
  node->reached = true;
  add_to(backend_, grad.value, std::move(dx.value));
  if (grad.tangents.size() < dx.tangents.size()) grad.tangents.resize(dx.tangents.size());
  for (std::size_t i = 0; i < dx.tangents.size(); ++i)
    add_to(backend_, grad.tangents[i], std::move(dx.tangents[i]));
}

void Tape::finish_use(const GradRef& node) {
  if (--node->pending > 0 || !node->parameter || !node->reached) return;
  node->parameter->grad = std::move(node->grad);
  if (on_parameter_ready) on_parameter_ready(*node->parameter);
}

void Tape::backward(const Variable& root, Dual seed) {
  for (auto& [parameter, leaf] : leaves_) parameter->grad = Dual();
  accumulate(root.node, std::move(seed));
  while (!nodes_.empty()) {
    GradRef node = std::move(nodes_.back());
    nodes_.pop_back();
    if (!node->vjp) continue;
    const ZoneScope zone(backend_.recorder(), node->zone, Pass::backward);
    if (node->grad.value) {
      Dual dy = std::move(node->grad);
      node->vjp(dy);
    }
    node->vjp = nullptr;
    for (auto& input : node->inputs) finish_use(input);
    if (on_step) on_step();
  }
  leaves_.clear();
}

Dual Tape::gradient(const Variable& input) const {
  return input.node ? input.node->grad : Dual();
}

}  // namespace switchyard
