#pragma once
// A case of a dispatch benchmark in memory, ready to be run again and again.

#include <vector>

#include "apps/bench/dispatch_layer.hpp"
#include "apps/bench/repetition.hpp"

namespace switchyard {

/// After so many runs the routings come again: a whole period of those that change.
inline constexpr int kRoutingSteps = kBurstPeriod;

/// Who has which tokens, and where they are sent in each of the steps.
class DispatchTokens {
 public:
  DispatchTokens(const DispatchCase& c, int ranks);

  Share of(int rank) const;
  const std::vector<std::int64_t>& counts() const { return steps_.front().tokens(); }
  /// (tokens,k) i32, of tokens [share) in a step; undefined where the router chooses.
  Tensor chosen(Backend& backend, Share share, int step) const;

 private:
  DispatchCase case_;
  std::vector<WorkloadRouting> steps_;
};

class DispatchSubject {
 public:
  /// Collective. What `place` refers to must outlive it.
  DispatchSubject(const BenchPlace& place, const DispatchCase& c);

  const DispatchCase& measured_case() const { return case_; }
  const DispatchTokens& tokens() const { return tokens_; }
  DispatchLayer& layer() { return layer_; }
  /// Enqueues the passes of the next step. Collective.
  void run() { run_step(next_++ % kRoutingSteps); }
  /// The same of this step.
  void run_step(int step) { layer_.run(chosen_[static_cast<std::size_t>(step)]); }

 private:
  DispatchCase case_;
  DispatchTokens tokens_;
  DispatchLayer layer_;
  std::vector<Tensor> chosen_;  ///< by step
  int next_ = 0;
};

}  // namespace switchyard
