#pragma once
// Work that a device has been handed: copies under way, and recorded work.

namespace switchyard {

/// A copy of a tensor to host memory, under way.
class HostCopy {
 public:
  virtual ~HostCopy() = default;
  /// The bytes, valid while this lives. Blocks until they are there.
  virtual const void* wait() = 0;
};

/// Work recorded once and run again and again on the same memory, with the values that lie there.
class Program {
 public:
  virtual ~Program() = default;
  /// Enqueues all of it.
  virtual void run() = 0;
};

}  // namespace switchyard
