#pragma once
// A rank's events in Chrome's trace format, with the categories and arguments that PyTorch's
// profiler (Kineto) gives them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "profile/clock.hpp"

namespace switchyard {

/// A row of the timeline: a thread of the host, or a stream. Its events nest.
struct TraceLane {
  std::int32_t id = 0;
  std::string name = {};
};

/// Something that took time.
struct TraceEvent {
  std::string_view category;
  std::string name;
  std::int32_t lane = 0;
  TimeSpan when;               ///< ns since the trace began
  std::string arguments = {};  ///< members of a JSON object
};

/// Numbers that hold from a moment on.
struct TraceCounter {
  std::string name;
  std::int64_t when = 0;    ///< ns since the trace began
  std::string series = {};  ///< members of a JSON object, numbers all
};

struct RankTrace {
  std::int32_t rank = 0;
  std::int32_t process() const { return rank + 1; }  ///< viewers take 0 for the idle process
  std::string labels = {};                           ///< computer, device, uncertainty of the clock
  std::vector<TraceLane> lanes = {};
  std::vector<TraceEvent> events = {};
  std::vector<TraceCounter> counters = {};
};

}  // namespace switchyard
