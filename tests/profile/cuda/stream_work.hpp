#pragma once
// Work on a stream that says itself, by the host's clock, when it ran.

#include <cuda_runtime.h>

#include <chrono>
#include <deque>
#include <thread>

#include "device/cuda/check.hpp"
#include "profile/clock.hpp"

namespace switchyard::test {

class StreamWork {
 public:
  /// Enqueues a pause. What is returned is filled in when the stream gets there, and lives as long
  /// as this.
  const TimeSpan& pause(cudaStream_t stream, std::chrono::milliseconds length) {
    Pause& made = pauses_.emplace_back(Pause{length, {}});
    SY_CUDA(cudaLaunchHostFunc(
        stream,
        [](void* data) {
          auto* self = static_cast<Pause*>(data);
          self->ran.begin = host_clock();
          std::this_thread::sleep_for(self->length);
          self->ran.end = host_clock();
        },
        &made));
    return made.ran;
  }

 private:
  struct Pause {
    std::chrono::milliseconds length;
    TimeSpan ran;
  };
  std::deque<Pause> pauses_;
};

}  // namespace switchyard::test
