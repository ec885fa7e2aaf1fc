#include "profile/cuda/cuda_timer.hpp"

#include <nvtx3/nvToolsExt.h>

#include <cmath>

#include "base/error.hpp"

namespace switchyard {
namespace {

// The best of these counts: a rank may lose its core, or its turn on a shared device, meanwhile.
constexpr int kAnchorTries = 5;
// A float of milliseconds is exact to 0.1 us up to here.
constexpr double kExactNanoseconds = 1e9;

double nanoseconds_between(cudaEvent_t from, cudaEvent_t to) {
  float milliseconds = 0;
  SY_CUDA(cudaEventElapsedTime(&milliseconds, from, to));
  return static_cast<double>(milliseconds) * 1e6;
}

/// Distances from a first event, in steps that are short enough to be exact.
class Odometer {
 public:
  explicit Odometer(cudaEvent_t start) : last_(start) {}

  double distance(cudaEvent_t to) {
    const double further = nanoseconds_between(last_, to);
    const double distance = distance_of_last_ + further;
    if (further > kExactNanoseconds) {
      last_ = to;
      distance_of_last_ = distance;
    }
    return distance;
  }

 private:
  cudaEvent_t last_;
  double distance_of_last_ = 0;
};

}  // namespace

CudaTimer::CudaTimer(CudaDevice& device) : device_(device), idle_(make_stream()) {}

CudaTimer::Anchor CudaTimer::take_anchor() {
  Anchor best;
  for (int i = 0; i < kAnchorTries; ++i) {
    CudaEvent event = make_timed_event();
    const std::int64_t before = host_clock();
    SY_CUDA(cudaEventRecord(event.get(), idle_.get()));
    device_.wait(event.get());
    const std::int64_t uncertainty = (host_clock() - before + 1) / 2;
    if (!best.event || uncertainty < best.uncertainty)
      best = {std::move(event), before + uncertainty, uncertainty};
  }
  return best;
}

std::int64_t CudaTimer::mark(DeviceStream stream) {
  SY_REQUIRE(!device_.capturing(), ExitCode::run_failed,
             "a time mark within work that is recorded as a CUDA graph (replays would not renew "
             "it); run the steps that are profiled without recording them");
  if (!start_) start_ = take_anchor();
  if (marks_ == events_.size()) events_.push_back(make_timed_event());
  SY_CUDA(cudaEventRecord(events_[marks_].get(), stream == DeviceStream::compute
                                                     ? device_.stream()
                                                     : device_.exchange_stream()));
  return static_cast<std::int64_t>(marks_++);
}

void CudaTimer::read_marks() {
  for (std::size_t i = since_start_.size(); i < marks_; ++i) device_.wait(events_[i].get());
  since_start_.clear();
  Odometer odometer(start_->event.get());
  for (std::size_t i = 0; i < marks_; ++i)
    since_start_.push_back(odometer.distance(events_[i].get()));

  const Anchor end = take_anchor();
  const double by_device = odometer.distance(end.event.get());
  const auto by_host = static_cast<double>(end.host - start_->host);
  const auto uncertainty = static_cast<double>(end.uncertainty + start_->uncertainty);
  rate_ = std::abs(by_host - by_device) > uncertainty ? by_host / by_device : 1;
}

std::int64_t CudaTimer::when(std::int64_t mark) {
  const auto index = static_cast<std::size_t>(mark);
  SY_ASSERT(mark >= 0 && index < marks_);
  if (index >= since_start_.size()) read_marks();
  return start_->host + std::llround(since_start_[index] * rate_);
}

void CudaTimer::clear() {
  marks_ = 0;
  start_.reset();
  since_start_.clear();
  rate_ = 1;
}

void CudaTimer::begin_range(const char* name) {
  nvtxRangePushA(name);
}

void CudaTimer::end_range() {
  nvtxRangePop();
}

}  // namespace switchyard
