#pragma once
// What a mixture head did with samples, and what each of its experts makes of them, on the host.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "parallel/distributed_classifier.hpp"

namespace switchyard {

/// A sample that is made by hand.
struct RoutedSample {
  std::int64_t id = 0;
  std::int32_t label = 0;
  std::vector<double> gate_logits, weights;  ///< (E)
  std::optional<double> margin;
  std::vector<double> logits;   ///< (C)
  std::vector<double> outputs;  ///< (E,C)
};

/// Of one rank's samples; all arrays follow them.
class RoutedSamples {
 public:
  RoutedSamples(int experts, int classes) : experts_(experts), classes_(classes) {}

  int experts() const { return experts_; }
  int classes() const { return classes_; }
  std::size_t size() const { return labels_.size(); }

  std::int64_t id(std::size_t i) const { return ids_[i]; }
  std::int32_t label(std::size_t i) const { return labels_[i]; }
  /// (E): what the experts are chosen by.
  std::span<const double> gate_logits(std::size_t i) const {
    return row(gate_logits_, i, experts_);
  }
  /// (E): 0 where not chosen.
  std::span<const double> weights(std::size_t i) const { return row(weights_, i, experts_); }
  /// By how much the last expert that it is sent to leads the next, in gate logits (of a soft head:
  /// the first expert the second); none where there is no next.
  std::optional<double> margin(std::size_t i) const {
    return margins_.empty() ? std::nullopt : std::optional(margins_[i]);
  }
  /// (C): the logits of the mixture.
  std::span<const double> logits(std::size_t i) const { return row(logits_, i, classes_); }
  /// (C): the logits of an expert by itself.
  std::span<const double> output(std::size_t i, int expert) const {
    return row(outputs_, i * static_cast<std::size_t>(experts_) + static_cast<std::size_t>(expert),
               classes_);
  }

  /// Adds a batch that has just been through the model in `context`, in evaluation mode, with its
  /// labels (B) i32: runs every expert on all of it. Blocking. Collective.
  void add(DistributedClassifier& classifier, const ForwardContext& context,
           const Classifier::Output& output, const Tensor& labels);
  /// All of them have a margin, or none has.
  void add(const RoutedSample& sample);

 private:
  static std::span<const double> row(const std::vector<double>& all, std::size_t i, int columns) {
    const auto length = static_cast<std::size_t>(columns);
    return std::span(all).subspan(i * length, length);
  }

  int experts_, classes_;
  std::vector<std::int64_t> ids_;
  std::vector<std::int32_t> labels_;
  std::vector<double> gate_logits_, weights_, margins_, logits_;
  std::vector<double> outputs_;  // (n,E,C)
};

}  // namespace switchyard
