#pragma once
// Where in time things are: the host's clock, and marks on a device's streams.

#include <cstdint>

namespace switchyard {

/// Nanoseconds of this host's steady clock.
std::int64_t host_clock();

/// [begin, end) in nanoseconds of host_clock().
struct TimeSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t length() const { return end - begin; }
};

enum class DeviceStream : std::uint8_t {
  compute,   ///< kernels
  exchange,  ///< what travels between ranks, where it has a stream of its own
};

/// Marks in a device's streams, read when all is done: nothing waits for the device meanwhile.
class DeviceTimer {
 public:
  virtual ~DeviceTimer() = default;
  /// Enqueues a mark; only that.
  virtual std::int64_t mark(DeviceStream stream) = 0;
  /// When the stream got there, by host_clock(). Waits until it has.
  virtual std::int64_t when(std::int64_t mark) = 0;
  /// Whether exchanges have a stream of their own; where not, their marks are those of kernels.
  virtual bool exchanges_apart() const { return false; }
  /// Forgets all marks.
  virtual void clear() = 0;
  /// A named range for an attached tool; `name` is a literal.
  virtual void begin_range(const char* name) = 0;
  virtual void end_range() = 0;
};

}  // namespace switchyard
