#include "analysis/routing/routed_samples.hpp"

#include <algorithm>
#include <iterator>

#include "analysis/landscape/gate_view.hpp"

namespace switchyard {
namespace {

template <class T>
void append(Backend& backend, const Tensor& x, std::vector<T>& all) {
  all.resize(all.size() + static_cast<std::size_t>(x.numel()));
  backend.to_host(x, all.data() + all.size() - static_cast<std::size_t>(x.numel()));
}

Tensor constant_rows(Backend& backend, std::int64_t rows, const std::vector<double>& row,
                     DType dtype) {
  Tensor one = backend.from_host(row.data(), {1, std::ssize(row)}, DType::f64);
  return backend.broadcast_to(backend.convert(one, dtype), {rows, std::ssize(row)});
}

// Every sample to this expert with weight 1. A sparse head's other choices have weight 0.
FrozenRouting only(Backend& backend, const HeadConfig& head, int expert, const Tensor& h) {
  if (!head.is_sparse()) {
    std::vector<double> weights(static_cast<std::size_t>(head.experts));
    weights[static_cast<std::size_t>(expert)] = 1;
    return {.chosen = {}, .weights = constant_rows(backend, h.dim(0), weights, h.dtype())};
  }
  const int k = head.active_experts();
  std::vector<std::int32_t> chosen;
  for (std::int64_t row = 0; row < h.dim(0); ++row)
    for (int choice = 0; choice < k; ++choice) chosen.push_back((expert + choice) % head.experts);
  std::vector<double> weights(static_cast<std::size_t>(k));
  weights.front() = 1;
  return {.chosen = backend.from_host(chosen.data(), {h.dim(0), k}, DType::i32),
          .weights = constant_rows(backend, h.dim(0), weights, h.dtype())};
}

}  // namespace

void RoutedSamples::add(DistributedClassifier& classifier, const ForwardContext& context,
                        const Classifier::Output& output, const Tensor& labels) {
  Backend& backend = classifier.backend();
  const Routing& routing = *output.head.routing;
  const std::size_t before = size();
  append(backend, context.sample_ids, ids_);
  append(backend, labels, labels_);
  append(backend, backend.convert(deciding_logits(routing), DType::f64), gate_logits_);
  append(backend, backend.convert(routing.probs.value(), DType::f64), weights_);
  std::ranges::copy(gate_margins(backend, routing), std::back_inserter(margins_));
  append(backend, backend.convert(output.head.logits.value(), DType::f64), logits_);
  outputs_.resize(size() * static_cast<std::size_t>(experts_ * classes_));
  for (int expert = 0; expert < experts_; ++expert) {
    ForwardContext alone = context;
    alone.frozen = only(backend, classifier.model().config().head, expert, output.features.value());
    const Tensor logits = classifier.model().forward_head(alone, output.features).logits.value();
    std::vector<double> host;
    append(backend, backend.convert(logits, DType::f64), host);
    for (std::size_t i = before; i < size(); ++i) {
      const auto from = host.begin() + static_cast<std::ptrdiff_t>(i - before) * classes_;
      std::copy(from, from + classes_,
                outputs_.begin() + (static_cast<std::ptrdiff_t>(i) * experts_ + expert) * classes_);
    }
  }
}

void RoutedSamples::add(const RoutedSample& sample) {
  ids_.push_back(sample.id);
  labels_.push_back(sample.label);
  std::ranges::copy(sample.gate_logits, std::back_inserter(gate_logits_));
  std::ranges::copy(sample.weights, std::back_inserter(weights_));
  if (sample.margin) margins_.push_back(*sample.margin);
  std::ranges::copy(sample.logits, std::back_inserter(logits_));
  std::ranges::copy(sample.outputs, std::back_inserter(outputs_));
}

}  // namespace switchyard
