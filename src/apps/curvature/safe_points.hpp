#pragma once
// When an analysis saves and when it stops, decided alike on all ranks.

#include <chrono>
#include <functional>

#include "base/stop_signals.hpp"
#include "comm/communicator.hpp"

namespace switchyard {

/// Thrown on all ranks alike when an analysis was asked to stop and has saved what it had.
struct StopRequested {};

class SafePoints {
 public:
  /// Saves are at least `save_every` seconds apart. References must outlive this.
  SafePoints(Communicator& world, StopSignals& signals, double save_every)
      : world_(world), signals_(signals), save_every_(save_every) {}

  /// A point where `save` makes it possible to go on later: calls it when it is time to, or when
  /// some rank was asked to stop; then throws StopRequested. Collective.
  void pass(const std::function<void()>& save);

 private:
  using Clock = std::chrono::steady_clock;

  Communicator& world_;
  StopSignals& signals_;
  std::chrono::duration<double> save_every_;
  Clock::time_point saved_ = Clock::now();
};

}  // namespace switchyard
