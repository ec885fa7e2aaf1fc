#include "train/recorded_work.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "profile/recorder.hpp"

namespace switchyard {

RecordedWork::RecordedWork(Backend& backend, Communicator& ranks, bool recording,
                           std::function<Tensor()> work)
    : backend_(backend), ranks_(ranks), recording_(recording), work_(std::move(work)) {}

// A program has memory of its own. So there is one, of a form that came twice in a row: the short
// last batch of every epoch is not worth another.
Tensor RecordedWork::run(std::int64_t form) {
  const bool again = std::exchange(last_, form) == form;
  const Recorder* recorder = backend_.recorder();
  if (recorder && recorder->watching()) return work_();
  if (recorded_ == form) {
    program_->run();
    return result_;
  }
  Tensor result = work_();
  if (recording_ && again) record(form);
  return result;
}

void RecordedWork::record(std::int64_t form) {
  forget();
  bool done = true;
  try {
    program_ = backend_.record([this] { result_ = work_(); });
  } catch (const OutOfMemory&) {
    done = false;
  }
  recording_ = on_all_ranks(done);
  if (!recording_) return forget();
  recorded_ = form;
}

// Ranks that enqueue their work tell one another more than ranks that replay it.
bool RecordedWork::on_all_ranks(bool done) {
  const std::vector<std::int64_t> own(static_cast<std::size_t>(ranks_.size()), done);
  const std::vector<std::int64_t> all = ranks_.all_to_all_counts(own, 1);
  return std::ranges::count(all, 0) == 0;
}

void RecordedWork::forget() {
  result_ = Tensor();
  program_.reset();
  recorded_.reset();
}

}  // namespace switchyard
