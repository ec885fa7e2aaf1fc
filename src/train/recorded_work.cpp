#include "train/recorded_work.hpp"

#include <utility>

namespace switchyard {

RecordedWork::RecordedWork(Backend& backend, bool recording, std::function<Tensor()> work)
    : backend_(backend), recording_(recording), work_(std::move(work)) {}

// A program has memory of its own. So there is one, of a form that came twice in a row: the short
// last batch of every epoch is not worth another.
Tensor RecordedWork::run(std::int64_t form) {
  if (!recording_) return work_();
  if (recorded_ != form) {
    if (std::exchange(last_, form) != form) return work_();
    forget();
    program_ = backend_.record([this] { result_ = work_(); });
    recorded_ = form;
  }
  last_ = form;
  program_->run();
  return result_;
}

void RecordedWork::forget() {
  result_ = Tensor();
  program_.reset();
  recorded_.reset();
}

}  // namespace switchyard
