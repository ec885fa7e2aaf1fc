#pragma once
// Memory for tensors. A Block returns to its allocator when the last tensor on it goes.

#include <cstddef>
#include <memory>

#include "base/error.hpp"

namespace switchyard {

/// A piece of memory, 64-byte aligned; shared by the tensors that view it.
using Block = std::shared_ptr<std::byte>;

/// Who may read and write it: the processor, or kernels of a CUDA device only.
enum class MemoryKind { host, cuda };

/// Thrown where memory runs out: a smaller batch may fit.
class OutOfMemory : public Error {
 public:
  using Error::Error;
};

/// Where tensors' memory comes from. One allocator belongs to one device.
class Allocator {
 public:
  virtual ~Allocator() = default;
  virtual MemoryKind memory() const = 0;
  /// `bytes` of uninitialised memory (0 is allowed). Out of memory is an OutOfMemory that says how
  /// much was asked for and how much is in use.
  virtual Block allocate(std::size_t bytes) = 0;
  /// Bytes held by live blocks now, and the most there ever were.
  virtual std::size_t live_bytes() const = 0;
  virtual std::size_t peak_bytes() const = 0;
  virtual void reset_peak() = 0;
};

/// Host memory, with freed blocks kept for reuse: a training step asks for the same sizes again
/// and again, and fresh pages from the system cost a fault each. Thread safe. Blocks may outlive
/// the allocator object.
std::shared_ptr<Allocator> make_host_allocator();

}  // namespace switchyard
