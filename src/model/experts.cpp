#include "model/experts.hpp"

#include <fmt/format.h>

#include "ops/arithmetic.hpp"
#include "ops/linear.hpp"
#include "ops/rows.hpp"

namespace switchyard {
namespace {

Variable grouped(Tape& tape, const std::vector<Linear>& layers, const Variable& x,
                 const Tensor& offsets, Activation act) {
  std::vector<Variable> weights, biases;
  for (const Linear& layer : layers) {
    weights.push_back(cast(tape, tape.parameter(layer.weight()), x.dtype()));
    biases.push_back(cast(tape, tape.parameter(layer.bias()), x.dtype()));
  }
  return grouped_linear(tape, x, offsets, weights, biases, act);
}

}  // namespace

Experts::Experts(ModelState& state, const std::string& name, ExpertRange range, int features,
                 int classes, const HeadConfig& config)
    : range_(range), master_(state.dtype()), config_(config) {
  for (int e = range.first; e < range.last; ++e) {
    std::string net = fmt::format("{}.{}.net", name, e);
    first_.emplace_back(state, net + ".0", features, config.expert_hidden, ExpertId{e});
    second_.emplace_back(state, net + ".2", config.expert_hidden, classes, ExpertId{e});
  }
}

RowKeys Experts::row_keys(Mode mode) const {
  return mode == Mode::train && config_.hidden_dropout > 0 ? RowKeys::needed : RowKeys::not_needed;
}

Variable Experts::routed(const ForwardContext& context, const ExpertRows& input) const {
  Tape& tape = context.tape;
  Variable hidden = grouped(tape, first_, input.rows, input.offsets, Activation::relu);
  hidden =
      dropout(context, hidden, RandomPurpose::hidden_dropout, config_.hidden_dropout, input.keys);
  return cast(tape, grouped(tape, second_, hidden, input.offsets, Activation::none), master_);
}

Variable Experts::mixed(const ForwardContext& context, const Variable& h, const Variable& probs,
                        const Tensor& sample_ids) const {
  Tape& tape = context.tape;
  Variable sum;
  for (int e = 0; e < range_.size(); ++e) {
    Variable hidden = first_[e].forward(tape, h, Activation::relu);
    // One sample passes every expert: each has columns of its own in the mask's key.
    hidden = dropout(context, hidden, RandomPurpose::hidden_dropout, config_.hidden_dropout,
                     sample_ids, std::int64_t{range_.first + e} * config_.expert_hidden);
    Variable out = cast(tape, second_[e].forward(tape, hidden), master_);
    Variable weighted = mul(tape, out, slice_columns(tape, probs, e, e + 1));
    sum = e == 0 ? weighted : add(tape, sum, weighted);
  }
  return sum;
}

}  // namespace switchyard
