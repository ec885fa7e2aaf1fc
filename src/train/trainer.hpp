#pragma once
// A whole run: epochs of training steps, validation, model selection, checkpoints, final test.

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop_signals.hpp"
#include "comm/communicator.hpp"
#include "train/config.hpp"

namespace switchyard {

class Trainer {
 public:
  /// All arguments must outlive the trainer. Throws Error for what does not fit together.
  Trainer(TrainConfig config, Communicator& world, Logger& log, StopSignals& signals);
  ~Trainer();

  /// Trains to the end (done) or until asked to stop (requeue_me, after a checkpoint). Collective.
  ExitCode run();

 private:
  struct Run;
  std::unique_ptr<Run> run_;
};

}  // namespace switchyard
