#pragma once
// Marks in the streams of a CUDA device: events with times.
//
// Of events CUDA tells how far apart they are, in float milliseconds, and nothing else. So before
// the first mark, and again when marks are read, an event on an idle stream is waited for with the
// host's clock in hand: an anchor. Marks are placed by their distance from the later anchor. Where
// both clocks disagree on the time between the anchors by more than these are uncertain, the
// device's clock goes faster or slower than the host's, and distances are stretched to fit.

#include <vector>

#include "device/cuda/cuda_device.hpp"
#include "device/cuda/event.hpp"
#include "profile/clock.hpp"

namespace switchyard {

/// Ranges are NVTX's, for Nsight where it is attached. Not thread safe.
class CudaTimer final : public DeviceTimer {
 public:
  /// `device` must outlive it. Marks for exchanges go to its exchange_stream().
  explicit CudaTimer(CudaDevice& device);

  /// Error within a recording: a replayed graph would not renew the mark.
  std::int64_t mark(DeviceStream stream) override;
  /// Waits for all marks so far. Marks that are added later may move earlier ones by as much as an
  /// anchor is uncertain, all alike.
  std::int64_t when(std::int64_t mark) override;
  /// Events are kept for later marks.
  void clear() override;
  bool exchanges_apart() const override { return device_.exchange_stream() != device_.stream(); }
  void begin_range(const char* name) override;
  void end_range() override;

 private:
  /// A moment on both clocks. Nanoseconds.
  struct Anchor {
    CudaEvent event;
    std::int64_t host = 0;
    std::int64_t uncertainty = 0;
  };
  /// From which later events are measured: not too far away to be exact.
  struct Milestone {
    cudaEvent_t event = nullptr;
    double since_start = 0;
  };
  /// What brings times of the device onto the host's clock.
  struct Reading {
    double device = 0;  ///< since start_
    std::int64_t host = 0;
    double rate = 1;  ///< the host's nanoseconds in one of the device's
  };

  Anchor take_anchor();
  /// By the device's clock, ns.
  double since_start(cudaEvent_t event) const;
  void read_marks();

  CudaDevice& device_;
  CudaStream idle_;
  std::vector<CudaEvent> events_;  ///< of marks, and more for later ones
  std::size_t marks_ = 0;
  Anchor start_;
  Milestone milestone_;
  std::vector<double> since_start_;  ///< of marks that were read
  Reading reading_;
};

}  // namespace switchyard
