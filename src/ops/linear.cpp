#include "ops/linear.hpp"

#include <algorithm>
#include <utility>

#include "ops/arithmetic.hpp"

namespace switchyard {
namespace {

// The activation that the kernel does itself: the op's vjp is that of the kernel, but tangents
// take another way.
Activation fused(const Tape& tape, Activation act) {
  return tape.probes() == 0 ? act : Activation::none;
}

// What the fused activation has not done yet.
Variable finish(Tape& tape, Variable y, Activation act) {
  return fused(tape, act) == act ? y : relu(tape, y);
}

// The gradient by the affine map, y = activation(map).
Dual before_activation(Backend& backend, const Dual& dy, const Tensor& y, Activation act) {
  if (act == Activation::none) return dy;
  return lift_linear(dy, [&](const Tensor& t) { return backend.relu_grad(t, y); });
}

Dual lifted_linear(Backend& backend, const Dual& x, const Dual& w, const Dual& bias,
                   Activation act) {
  Dual y(backend.linear(x.value, w.value, bias.value, act));
  for (std::size_t i = 0; i < std::max({x.probes(), w.probes(), bias.probes()}); ++i) {
    Tensor tx = x.tangent(i), tw = w.tangent(i), tb = bias.tangent(i), t;
    if (tx) t = backend.linear(tx, w.value, tw ? Tensor{} : tb);
    if (tw) t = add_fresh(backend, std::move(t), backend.linear(x.value, tw, tb));
    y.tangents.push_back(t || !tb ? t : backend.broadcast_to(tb, y.shape()));
  }
  return y;
}

std::vector<Tensor> values(std::span<const Variable> variables) {
  std::vector<Tensor> out;
  for (auto& v : variables) out.push_back(v.value());
  return out;
}

// The variables' tangents along one probe, zeros where one is absent; empty if all are.
std::vector<Tensor> tangents(Backend& backend, std::span<const Variable> variables,
                             std::size_t probe) {
  std::vector<Tensor> out;
  bool any = false;
  for (auto& v : variables) {
    out.push_back(v.dual.tangent(probe));
    any = any || out.back();
  }
  if (!any) return {};
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!out[i]) out[i] = backend.zeros(variables[i].shape(), variables[i].dtype());
  return out;
}

std::size_t probes(std::span<const Variable> variables) {
  std::size_t most = 0;
  for (auto& v : variables) most = std::max(most, v.dual.probes());
  return most;
}

Dual grouped_forward(Backend& backend, const Dual& x, const Tensor& offsets,
                     std::span<const Variable> weights, std::span<const Variable> biases,
                     Activation act) {
  auto w = values(weights), b = values(biases);
  Dual y(backend.grouped_linear(x.value, offsets, w, b, act));
  std::size_t count = std::max({x.probes(), probes(weights), probes(biases)});
  for (std::size_t i = 0; i < count; ++i) {
    Tensor t;
    if (Tensor tx = x.tangent(i)) t = backend.grouped_linear(tx, offsets, w, {});
    auto tw = tangents(backend, weights, i), tb = tangents(backend, biases, i);
    if (!tw.empty() || !tb.empty()) {
      // With only the biases seeded the weights' tangents are zeros.
      if (tw.empty())
        for (auto& v : weights) tw.push_back(backend.zeros(v.shape(), v.dtype()));
      t = add_fresh(backend, std::move(t), backend.grouped_linear(x.value, offsets, tw, tb));
    }
    y.tangents.push_back(std::move(t));
  }
  return y;
}

Dual grouped_grad_input(Backend& backend, const Dual& dy, const Tensor& offsets,
                        std::span<const Variable> weights) {
  auto w = values(weights);
  Dual dx(backend.grouped_linear_grad_input(dy.value, offsets, w));
  for (std::size_t i = 0; i < std::max(dy.probes(), probes(weights)); ++i) {
    Tensor t;
    if (Tensor tdy = dy.tangent(i)) t = backend.grouped_linear_grad_input(tdy, offsets, w);
    if (auto tw = tangents(backend, weights, i); !tw.empty())
      t = add_fresh(backend, std::move(t),
                    backend.grouped_linear_grad_input(dy.value, offsets, tw));
    dx.tangents.push_back(std::move(t));
  }
  return dx;
}

// One dual a group, from kernels that return one tensor a group.
void add_to_groups(Backend& backend, std::vector<Dual>& groups, std::size_t probe,
                   std::vector<Tensor> tangent) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    auto& t = groups[g].tangents;
    if (t.size() <= probe) t.resize(probe + 1);
    t[probe] = add_fresh(backend, std::move(t[probe]), tangent[g]);
  }
}

bool any(std::span<const GradRef> nodes) {
  return std::ranges::any_of(nodes, [](const GradRef& node) { return node != nullptr; });
}

// What a kernel for all groups has to give: values as soon as one node wants them.
DualParts wanted(const Tape& tape, std::span<const GradRef> nodes) {
  const bool values = std::ranges::any_of(
      nodes, [&](const GradRef& node) { return node && tape.wanted(node) == DualParts::all; });
  return values ? DualParts::all : DualParts::tangents;
}

void accumulate_all(Tape& tape, std::span<const GradRef> nodes, std::vector<Dual> gradients) {
  for (std::size_t g = 0; g < nodes.size(); ++g) tape.accumulate(nodes[g], std::move(gradients[g]));
}

std::size_t groups_of(const Tensor& offsets) {
  return static_cast<std::size_t>(offsets.dim(0) - 1);
}

std::vector<Dual> as_duals(std::vector<Tensor> tensors) {
  return std::vector<Dual>(std::make_move_iterator(tensors.begin()),
                           std::make_move_iterator(tensors.end()));
}

std::vector<Dual> grouped_grad_weight(Backend& backend, const Dual& x, const Dual& dy,
                                      const Tensor& offsets, DualParts parts) {
  std::vector<Dual> dw(groups_of(offsets));
  if (parts == DualParts::all)
    dw = as_duals(backend.grouped_linear_grad_weight(x.value, dy.value, offsets));
  for (std::size_t i = 0; i < std::max(x.probes(), dy.probes()); ++i) {
    if (Tensor tx = x.tangent(i))
      add_to_groups(backend, dw, i, backend.grouped_linear_grad_weight(tx, dy.value, offsets));
    if (Tensor tdy = dy.tangent(i))
      add_to_groups(backend, dw, i, backend.grouped_linear_grad_weight(x.value, tdy, offsets));
  }
  return dw;
}

std::vector<Dual> grouped_grad_bias(Backend& backend, const Dual& dy, const Tensor& offsets,
                                    DualParts parts) {
  std::vector<Dual> db(groups_of(offsets));
  if (parts == DualParts::all) db = as_duals(backend.grouped_linear_grad_bias(dy.value, offsets));
  for (std::size_t i = 0; i < dy.probes(); ++i)
    if (dy.tangents[i])
      add_to_groups(backend, db, i, backend.grouped_linear_grad_bias(dy.tangents[i], offsets));
  return db;
}

}  // namespace

Variable linear(Tape& tape, const Variable& x, const Variable& w, const Variable& bias,
                Activation act) {
  Activation in_kernel = fused(tape, act);
  Dual y = lifted_linear(tape.backend(), x.dual, w.dual, bias.dual, in_kernel);
  Tensor mask = in_kernel == Activation::relu ? y.value : Tensor{};
  auto vjp = [&tape, x, w, mask, in_kernel, bias_node = bias.node,
              bias_shape = bias.shape()](const Dual& dy) {
    Backend& backend = tape.backend();
    Dual dz = before_activation(backend, dy, mask, in_kernel);
    if (x.node)
      tape.accumulate(x.node,
                      lift_bilinear(backend, dz, w.dual, [&](const Tensor& a, const Tensor& b) {
                        return backend.matmul(a, Transpose::no, b, Transpose::no);
                      }));
    if (w.node)
      tape.accumulate(w.node, lift_bilinear(
                                  backend, dz, x.dual,
                                  [&](const Tensor& a, const Tensor& b) {
                                    return backend.matmul(a, Transpose::yes, b, Transpose::no);
                                  },
                                  tape.wanted(w.node)));
    if (bias_node)
      tape.accumulate(bias_node,
                      lift_linear(
                          dz, [&](const Tensor& t) { return backend.sum_to(t, bias_shape); },
                          tape.wanted(bias_node)));
  };
  return finish(tape, tape.record(std::move(y), {&x, &w, &bias}, std::move(vjp)), act);
}

Variable grouped_linear(Tape& tape, const Variable& x, const Tensor& offsets,
                        std::span<const Variable> weights, std::span<const Variable> biases,
                        Activation act) {
  std::vector<Variable> w(weights.begin(), weights.end());
  std::vector<GradRef> weight_nodes, bias_nodes;
  std::vector<const Variable*> inputs = {&x};
  for (auto& v : weights) {
    inputs.push_back(&v);
    weight_nodes.push_back(v.node);
  }
  for (auto& v : biases) {
    inputs.push_back(&v);
    bias_nodes.push_back(v.node);
  }
  Activation in_kernel = fused(tape, act);
  Dual y = grouped_forward(tape.backend(), x.dual, offsets, weights, biases, in_kernel);
  Tensor mask = in_kernel == Activation::relu ? y.value : Tensor{};
  auto vjp = [&tape, x, offsets, w, mask, in_kernel, weight_nodes, bias_nodes](const Dual& dy) {
    Backend& backend = tape.backend();
    Dual dz = before_activation(backend, dy, mask, in_kernel);
    if (x.node) tape.accumulate(x.node, grouped_grad_input(backend, dz, offsets, w));
    if (any(weight_nodes))
      accumulate_all(tape, weight_nodes,
                     grouped_grad_weight(backend, x.dual, dz, offsets, wanted(tape, weight_nodes)));
    if (any(bias_nodes))
      accumulate_all(tape, bias_nodes,
                     grouped_grad_bias(backend, dz, offsets, wanted(tape, bias_nodes)));
  };
  return finish(tape, tape.record(std::move(y), inputs, std::move(vjp)), act);
}

}  // namespace switchyard
