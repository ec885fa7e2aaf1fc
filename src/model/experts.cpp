#include "model/experts.hpp"

#include <fmt/format.h>

#include "ops/arithmetic.hpp"
#include "ops/linear.hpp"
#include "ops/rows.hpp"

namespace switchyard {
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

ExpertLayers Experts::layers(Tape& tape, DType compute) const {
  std::vector<Variable> parameters;
  for (const auto* layer : {&first_, &second_}) {
    for (const Linear& expert : *layer) parameters.push_back(tape.parameter(expert.weight()));
    for (const Linear& expert : *layer) parameters.push_back(tape.parameter(expert.bias()));
  }
  auto rounded = cast_all(tape, parameters, compute);
  auto next = rounded.begin();
  auto take = [&] {
    auto first = next;
    next += range_.size();
    return std::vector<Variable>(first, next);
  };
  return {{take(), take()}, {take(), take()}};
}

Variable Experts::routed(const ForwardContext& context, const ExpertLayers& layers,
                         const ExpertRows& input) const {
  Tape& tape = context.tape;
  const auto& [first, second] = layers;
  Variable hidden = grouped_linear(tape, input.rows, input.offsets, first.weights, first.biases,
                                   Activation::relu);
  hidden =
      dropout(context, hidden, RandomPurpose::hidden_dropout, config_.hidden_dropout, input.keys);
  Variable out = grouped_linear(tape, hidden, input.offsets, second.weights, second.biases);
  return cast(tape, out, master_);
}

Variable Experts::mixed(const ForwardContext& context, const ExpertLayers& layers,
                        const Variable& h, const Variable& probs, const Tensor& sample_ids) const {
  Tape& tape = context.tape;
  const auto& [first, second] = layers;
  Variable sum;
  for (int e = 0; e < range_.size(); ++e) {
    Variable hidden = linear(tape, h, first.weights[e], first.biases[e], Activation::relu);
    // One sample passes every expert: each has columns of its own in the mask's key.
    hidden = dropout(context, hidden, RandomPurpose::hidden_dropout, config_.hidden_dropout,
                     sample_ids, std::int64_t{range_.first + e} * config_.expert_hidden);
    Variable out = linear(tape, hidden, second.weights[e], second.biases[e]);
    Variable weighted = mul(tape, cast(tape, out, master_), slice_columns(tape, probs, e, e + 1));
    sum = e == 0 ? weighted : add(tape, sum, weighted);
  }
  return sum;
}

}  // namespace switchyard
