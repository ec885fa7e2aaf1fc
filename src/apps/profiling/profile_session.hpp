#pragma once
// The profile of a command: a machine that is watched, and what was seen, written when the window
// is over.

#include <filesystem>
#include <optional>

#include "base/log.hpp"
#include "machine/profiled_machine.hpp"
#include "profile/config.hpp"

namespace switchyard {

class ProfileSession {
 public:
  /// `machine` and `log` must outlive it. Rank 0 writes into `folder`, which it makes. Where
  /// `config` is off nothing is watched. Collective.
  ProfileSession(const ProfileConfig& config, StepKind kind, Machine& machine,
                 std::filesystem::path folder, Logger& log);
  ProfileSession(const ProfileSession&) = delete;  // its recorder holds its address
  ProfileSession& operator=(const ProfileSession&) = delete;

  /// Error(bad_usage) where the window names none of the command's `steps` steps.
  void require_within(std::int64_t steps) const;

  /// What the command is to work with.
  Machine& machine() { return watched_ ? *watched_ : machine_; }

  /// At the end of the command, which would end with `code`: writes what there is of a window that
  /// was not over. A profile that is lost ends no command, but `done` becomes run_failed.
  /// Collective.
  ExitCode finish(ExitCode code);

 private:
  bool leads() const { return machine_.world().rank().value == 0; }
  void write();
  void report(const std::vector<RankProfile>& profiles);
  void warn_of_missing(std::int64_t recorded);

  ProfileConfig config_;
  Machine& machine_;
  std::filesystem::path folder_;
  Logger& log_;
  std::optional<Recorder> recorder_;
  std::optional<ProfiledMachine> watched_;
  bool written_ = false;
  bool lost_ = false;  ///< on the rank that writes
};

}  // namespace switchyard
