#pragma once
// Requests to stop from outside (SIGTERM, SIGUSR1), read when it suits the program.

namespace switchyard {

/// While this lives, SIGTERM and SIGUSR1 are held back and remembered. Threads started meanwhile
/// inherit that, so make it before any.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Whether one has arrived since construction.
  bool requested();

 private:
  bool requested_ = false;
};

}  // namespace switchyard
