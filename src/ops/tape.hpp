#pragma once
// Reverse-mode differentiation over duals.
//
// An op computes its dual forward and records a vjp: given dy (with tangents, where there are
// any) it adds to its inputs' gradients through dual kernels. Running that backward pass over
// seeded tangents leaves H v in the tangents of the parameters' gradients (Pearlmutter 1994).
//
// What is differentiated is the sum over all ranks of each rank's root: see parallel/.
// A vjp is dropped, with all it keeps alive, as soon as it has run.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "ops/dual.hpp"
#include "ops/parameter.hpp"

namespace switchyard {

/// Where the gradients of one value meet. Kept by vjps instead of the value itself, so that they
/// keep alive only the tensors that they read.
struct GradNode;
using GradRef = std::shared_ptr<GradNode>;

/// A value in a forward pass. `node` is null where no gradient is wanted.
struct Variable {
  Dual dual;
  GradRef node;

  const Tensor& value() const { return dual.value; }
  const Shape& shape() const { return dual.value.shape(); }
  DType dtype() const { return dual.value.dtype(); }
  std::int64_t dim(int i) const { return dual.value.dim(i); }
  bool needs_grad() const { return node != nullptr; }
  bool has_tangent() const { return dual.has_tangent(); }
};

using Vjp = std::function<void(const Dual& dy)>;
/// That of an op with several results: their gradients, without value where none arrived.
using JointVjp = std::function<void(std::span<const Dual> dys)>;

enum class Recording { off, on };

class Tape {
 public:
  /// `probes`: how many directions parameters are seeded with. `leaf_gradients`: what backward()
  /// leaves in parameter.grad. Every rank passes the same.
  Tape(Backend& backend, Recording recording, int probes = 0,
       DualParts leaf_gradients = DualParts::all)
      : backend_(backend),
        recording_(recording),
        probes_(probes),
        leaf_gradients_(leaf_gradients) {}
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  Backend& backend() { return backend_; }
  bool recording() const { return recording_ == Recording::on; }
  /// Whether a tangent is present can differ between ranks (one owns a seeded expert, another does
  /// not); this number does not. What ranks must do alike, such as the size of a message, follows
  /// it.
  int probes() const { return probes_; }
  DualParts leaf_gradients() const { return leaf_gradients_; }
  /// What a vjp has to add to the gradient at `node`; more does no harm.
  DualParts wanted(const GradRef& node) const;

  /// A value without gradient.
  Variable constant(Dual value) const { return {std::move(value), nullptr}; }
  /// An input whose gradient is wanted: read it with gradient() after backward().
  Variable input(Dual value);
  /// A parameter; its gradient goes to parameter.grad. Every use on one tape is the same leaf.
  Variable parameter(Parameter& parameter);

  /// The result of an op. The vjp is kept only if some input needs a gradient.
  Variable record(Dual value, std::span<const Variable* const> inputs, Vjp vjp);
  Variable record(Dual value, std::initializer_list<const Variable*> inputs, Vjp vjp) {
    return record(std::move(value), std::span(inputs.begin(), inputs.size()), std::move(vjp));
  }

  /// The results of an op that has several. An undefined value gives an empty Variable.
  std::vector<Variable> record_joint(std::vector<Dual> values,
                                     std::span<const Variable* const> inputs, JointVjp vjp);

  /// Adds dx to the gradient that meets at `node`; nothing if node is null.
  void accumulate(const GradRef& node, Dual dx);

  /// Runs the vjps from the root back. `seed` is the root's gradient. Parameters that the root
  /// does not depend on keep an undefined gradient.
  void backward(const Variable& root, Dual seed);

  /// The gradient that reached an input(); undefined if none did.
  Dual gradient(const Variable& input) const;

  /// Called as soon as a parameter's gradient is complete, during backward().
  std::function<void(Parameter&)> on_parameter_ready;
  /// Called after each vjp: lets communication under way make progress.
  std::function<void()> on_step;

 private:
  void finish_use(const GradRef& node);

  Backend& backend_;
  Recording recording_;
  int probes_;
  DualParts leaf_gradients_;
  std::vector<GradRef> nodes_;  // in order of creation
  std::unordered_map<Parameter*, GradRef> leaves_;
};

}  // namespace switchyard
