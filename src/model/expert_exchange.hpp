#pragma once
// What an MoE layer needs from the ranks around it. model/ knows no communicator: parallel/
// implements this for any expert-parallel group, one rank included.
//
// Rows of features h are of the experts' type (see precision.hpp), weights and probs of the master
// type, and so is what experts return.

#include <functional>

#include "ops/tape.hpp"

namespace switchyard {

/// The experts [first, last) that live on one rank: a contiguous block, possibly of any size.
struct ExpertRange {
  int first = 0;
  int last = 0;
  int size() const { return last - first; }
  bool operator==(const ExpertRange&) const = default;
};

/// Rows that have arrived at this rank's experts, from all ranks of the group.
struct ExpertRows {
  Variable rows;   ///< (R,D), grouped by local expert
  Tensor offsets;  ///< (local experts + 1) i64: expert e holds rows [offsets[e], offsets[e+1]);
                   ///< rows behind the last one's hold anything, and so may what is made of them
  Tensor keys;     ///< (R) i64, sample id * experts + expert, for random numbers; undefined unless
                   ///< asked for
};

enum class RowKeys { not_needed, needed };

class ExpertExchange {
 public:
  /// What the local experts make of rows: (R,C) for the given rows.
  using RoutedExperts = std::function<Variable(const ExpertRows&)>;
  /// The sum over the local experts e of probs[:, e] expert_e(h), for all the group's samples.
  using MixedExperts =
      std::function<Variable(const Variable& h, const Variable& probs, const Tensor& sample_ids)>;

  virtual ~ExpertExchange() = default;
  virtual ExpertRange local_experts() const = 0;

  /// Sends row i of h (B,D) to the experts chosen[i, 0..k) (B,k) i32 and returns
  /// sum_j weights[i,j] expert_{chosen[i,j]}(h_i), (B,C).
  virtual Variable route(Tape& tape, const Variable& h, const Variable& weights,
                         const Tensor& chosen, const Tensor& sample_ids, RowKeys keys,
                         const RoutedExperts& experts) = 0;

  /// Every sample through every expert: sum_e probs[i,e] expert_e(h_i), (B,C). `experts` gets the
  /// local experts' columns of probs.
  virtual Variable mix(Tape& tape, const Variable& h, const Variable& probs,
                       const Tensor& sample_ids, const MixedExperts& experts) = 0;
};

}  // namespace switchyard
