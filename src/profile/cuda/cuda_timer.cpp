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

}  // namespace

CudaTimer::CudaTimer(CudaDevice& device) : device_(device), idle_(make_stream()) {
  clear();
}

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

void CudaTimer::clear() {
  marks_ = 0;
  since_start_.clear();
  start_ = take_anchor();
  milestone_ = {start_.event.get(), 0};
}

std::int64_t CudaTimer::mark(DeviceStream stream) {
  SY_REQUIRE(!device_.capturing(), ExitCode::run_failed,
             "a time mark within work that is recorded as a CUDA graph (replays would not renew "
             "it); run the steps that are profiled without recording them");
  if (marks_ == events_.size()) events_.push_back(make_timed_event());
  SY_CUDA(cudaEventRecord(events_[marks_].get(), stream == DeviceStream::compute
                                                     ? device_.stream()
                                                     : device_.exchange_stream()));
  return static_cast<std::int64_t>(marks_++);
}

double CudaTimer::since_start(cudaEvent_t event) const {
  float milliseconds = 0;
  SY_CUDA(cudaEventElapsedTime(&milliseconds, milestone_.event, event));
  return milestone_.since_start + static_cast<double>(milliseconds) * 1e6;
}

void CudaTimer::read_marks() {
  for (std::size_t i = since_start_.size(); i < marks_; ++i) {
    const cudaEvent_t event = events_[i].get();
    device_.wait(event);
    since_start_.push_back(since_start(event));
    if (since_start_.back() - milestone_.since_start > kExactNanoseconds)
      milestone_ = {event, since_start_.back()};
  }
  const Anchor end = take_anchor();
  const double by_device = since_start(end.event.get());
  const auto by_host = static_cast<double>(end.host - start_.host);
  const auto uncertainty = static_cast<double>(end.uncertainty + start_.uncertainty);
  const bool drifts = std::abs(by_host - by_device) > uncertainty;
  reading_ = {by_device, end.host, drifts ? by_host / by_device : 1};
}

std::int64_t CudaTimer::when(std::int64_t mark) {
  const auto index = static_cast<std::size_t>(mark);
  SY_ASSERT(mark >= 0 && index < marks_);
  if (index >= since_start_.size()) read_marks();
  return reading_.host - std::llround((reading_.device - since_start_[index]) * reading_.rate);
}

void CudaTimer::begin_range(const char* name) {
  nvtxRangePushA(name);
}

void CudaTimer::end_range() {
  nvtxRangePop();
}

}  // namespace switchyard
