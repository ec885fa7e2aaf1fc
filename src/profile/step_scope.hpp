#pragma once
// A step of a command, as the recorder is told of it.

#include <cstdint>
#include <utility>

#include "profile/recorder.hpp"

namespace switchyard {

/// In a step until end(); a step that is left without it, for want of work or by an error, is as if
/// it had not begun. Nothing with a null recorder, which must outlive this.
class StepScope {
 public:
  StepScope(Recorder* recorder, StepKind kind, std::int64_t number)
      : recorder_(recorder), kind_(kind) {
    if (recorder_) recorder_->begin_step(kind, number);
  }
  ~StepScope() {
    if (recorder_) recorder_->cancel_step(kind_);
  }
  StepScope(const StepScope&) = delete;
  StepScope& operator=(const StepScope&) = delete;

  /// The step is done. Call once; where it is the last of the window it may be collective.
  void end() {
    if (Recorder* recorder = std::exchange(recorder_, nullptr)) recorder->end_step(kind_);
  }

 private:
  Recorder* recorder_;
  StepKind kind_;
};

}  // namespace switchyard
