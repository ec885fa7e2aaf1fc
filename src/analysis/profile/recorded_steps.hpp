#pragma once
// The steps of a profile that were recorded zone by zone: the same on all ranks.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "profile/records.hpp"

namespace switchyard {

class RecordedSteps {
 public:
  /// `profiles`: one a rank, in rank order; they must outlive this. Error(run_failed) where no step
  /// was recorded, or not the same ones on all ranks.
  explicit RecordedSteps(std::span<const RankProfile> profiles);

  std::span<const RankProfile> profiles() const { return profiles_; }
  std::size_t ranks() const { return profiles_.size(); }
  /// How many were recorded; at least one. Positions count them from 0.
  std::size_t count() const { return indices_.front().size(); }
  /// The step's number in the run.
  std::int64_t number(std::size_t position) const { return at(0, position).number; }
  /// As a rank saw it.
  const StepRecord& at(std::size_t rank, std::size_t position) const;
  /// Seconds of the recorded steps of a rank.
  std::vector<double> seconds(std::size_t rank) const;
  /// Position of the rank's step `index`; nothing for steps that were not recorded,
  /// or that were called off at the end.
  std::optional<std::size_t> position(std::size_t rank, std::int32_t index) const;

 private:
  std::span<const RankProfile> profiles_;
  std::vector<std::vector<std::size_t>> indices_;     ///< [rank][position]: index into its steps
  std::vector<std::vector<std::int64_t>> positions_;  ///< [rank][index]; -1: not recorded
};

}  // namespace switchyard
