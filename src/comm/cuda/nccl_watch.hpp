#pragma once
// Deadlines for exchanges on a device: a kernel of NCCL whose peer is gone runs for ever, and so
// would any wait of the host for what is enqueued behind it.
//
// One watch per device and launch knows all groups that exchange there. Every wait of the host
// goes through it: those of NCCL's own calls, and, while it lives, those of the CudaDevice
// (HostCopy::wait(), synchronize()). When a wait lasts longer than the deadline of a group with an
// exchange under way, or NCCL reports an error, the group is aborted and an Error names the call.

#include <deque>
#include <functional>
#include <list>
#include <string>

#include "comm/communicator.hpp"
#include "comm/cuda/nccl_comm.hpp"
#include "device/cuda/cuda_device.hpp"
#include "device/cuda/event.hpp"

namespace switchyard {

/// A call of a group that was put on the stream of exchanges.
struct NcclCall {
  std::string text;  ///< "all_reduce_sum #17 of nccl world (10 f32)"
  CudaEvent done = make_event();
};

/// A group as the watch sees it.
struct WatchedGroup {
  Communicator& host;  ///< the same ranks; its deadline is this group's
  std::string name;
  std::unique_ptr<NcclComm> comm = nullptr;
  std::deque<std::shared_ptr<NcclCall>> calls = {};  ///< that may be under way, oldest first

  /// The oldest call that is not done; null where there is none.
  const NcclCall* oldest();
};

/// Aborts the group and throws an Error that names this rank, the call, the problem and the ranks
/// that are missing, which takes up to five seconds more.
[[noreturn]] void end_group(WatchedGroup& group, const std::string& call,
                            const std::string& problem);

class NcclWatch {
 public:
  /// Takes over the waits and the exchanges of `device`, which must outlive it, until it goes.
  explicit NcclWatch(CudaDevice& device);
  ~NcclWatch();
  NcclWatch(const NcclWatch&) = delete;
  NcclWatch& operator=(const NcclWatch&) = delete;

  /// On which all groups exchange, one call after the other: kernels of two communicators that
  /// run at once can wait for one another for ever.
  cudaStream_t stream() const { return stream_.get(); }

  void add(WatchedGroup& group) { groups_.push_back(&group); }
  void remove(WatchedGroup& group) { groups_.remove(&group); }

  /// Waits until the group's communicator is ready for its next call, of which `call` is the last.
  void settle(WatchedGroup& group, const std::string& call);
  /// Throws, after an abort, where NCCL has reported an error for the group.
  void check(WatchedGroup& group);
  /// Waits for work of the device.
  void wait(cudaEvent_t event);

 private:
  CudaDevice& device_;
  CudaStream stream_;
  std::list<WatchedGroup*> groups_;
};

}  // namespace switchyard
