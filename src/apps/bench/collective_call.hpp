#pragma once
// One collective on buffers of one size: the call that is timed, and whether its results are right.

#include <cstdint>
#include <memory>
#include <vector>

#include "apps/bench/value_pattern.hpp"
#include "comm/communicator.hpp"
#include "profile/zone.hpp"

namespace switchyard {

/// What `bench comm` measures.
enum class MeasuredCollective {
  all_reduce,
  all_gather,
  reduce_scatter,
  all_to_all,    ///< as many rows for every rank
  all_to_all_v,  ///< more or fewer for rank 0 than for the others
  broadcast,     ///< of rank 0
};
inline constexpr Choice<MeasuredCollective> measured_collective_choices[] = {
    {MeasuredCollective::all_reduce, "all_reduce"},
    {MeasuredCollective::all_gather, "all_gather"},
    {MeasuredCollective::reduce_scatter, "reduce_scatter"},
    {MeasuredCollective::all_to_all, "all_to_all"},
    {MeasuredCollective::all_to_all_v, "all_to_all_v"},
    {MeasuredCollective::broadcast, "broadcast"}};

/// Elements of one rank's part where each has one, else all, as nccl-tests count: what whole
/// elements for each of `ranks` make of `bytes`. Error(bad_usage) where that is not one.
std::int64_t count_elements(MeasuredCollective kind, DType dtype, std::int64_t bytes, int ranks);

/// Where a collective runs.
struct CollectivePlace {
  Communicator& group;
  Backend& backend;  ///< in whose memory the buffers are
};

class CollectiveCall {
 public:
  /// `bytes`: the size that is asked for; size() is what count_elements() makes of it, with its
  /// error. Of a variable all-to-all a rank sends rank 0 `hot_factor` times what it sends to any
  /// other. The place's references must outlive it.
  CollectiveCall(MeasuredCollective kind, const CollectivePlace& place, DType dtype,
                 std::int64_t bytes, double hot_factor);

  /// In nccl-tests' sense: the bytes of the larger of a rank's buffers, on the rank where that is
  /// largest.
  std::int64_t size() const;
  /// count_elements()
  std::int64_t count() const { return count_; }
  /// Bytes that all ranks together send to others by way of all-to-alls; 0 for other collectives,
  /// whose algorithms decide.
  std::int64_t travelling_bytes() const;
  Collective operation() const;
  /// The result replaces what was given.
  bool in_place() const;
  int root() const { return kind_ == MeasuredCollective::broadcast ? 0 : -1; }
  bool sums() const;

  /// Enqueues the call. The buffers hold zeros until check(), so that repeated sums stay finite.
  /// Collective.
  void run();
  /// One call on known values; elements of all ranks that came out wrong. Collective.
  std::int64_t check();

 private:
  std::int64_t rows_for(int rank) const { return rows_[static_cast<std::size_t>(rank)]; }
  std::int64_t first_row(int rank) const;
  double expected(const ValuePattern& pattern, std::int64_t element) const;
  Tensor& result() { return in_place() ? given_ : received_; }

  MeasuredCollective kind_;
  CollectivePlace place_;
  int rank_, ranks_;
  std::int64_t count_;
  std::vector<std::int64_t> rows_;      ///< for or of each rank
  std::vector<std::int64_t> arriving_;  ///< of all-to-alls, from each rank
  Tensor given_, received_;
};

}  // namespace switchyard
