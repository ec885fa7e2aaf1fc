#include "train/recorded_work.hpp"

#include <utility>

namespace switchyard {

RecordedWork::RecordedWork(Backend& backend, bool recording, std::function<Tensor()> work)
    : backend_(backend), recording_(recording), work_(std::move(work)) {}

// A program has memory of its own. So there is one, of a form that came twice in a row: the short
// last batch of every epoch is not worth another.
Tensor RecordedWork::run(std::int64_t form) {
  if (!recording_) return work_();
  const bool again = std::exchange(last_, form) == form;
  if (recorded_ != form && !(again && record(form))) return work_();
  program_->run();
  return result_;
}

// Recording runs nothing, so that what fails here can still be done.
bool RecordedWork::record(std::int64_t form) {
  forget();
  try {
    program_ = backend_.record([this] { result_ = work_(); });
    recorded_ = form;
  } catch (const OutOfMemory&) {
    forget();
    recording_ = false;
  }
  return recording_;
}

void RecordedWork::forget() {
  result_ = Tensor();
  program_.reset();
  recorded_.reset();
}

}  // namespace switchyard
