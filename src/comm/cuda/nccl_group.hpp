#pragma once
// A group of NCCL, and one call within it.

#include <functional>
#include <span>
#include <vector>

#include "comm/cuda/nccl_watch.hpp"

namespace switchyard {

/// What a rank sends to one peer and receives from it.
struct PeerBytes {
  const std::byte* send = nullptr;
  std::size_t send_bytes = 0;
  std::byte* receive = nullptr;
  std::size_t receive_bytes = 0;
};

/// Shared by a communicator and its requests.
class NcclGroup {
 public:
  /// Collective over `host`; waits until all ranks have joined. `owned` may be null.
  NcclGroup(CudaDevice& device, std::shared_ptr<NcclWatch> watch,
            std::unique_ptr<Communicator> owned, Communicator& host);
  ~NcclGroup();
  NcclGroup(const NcclGroup&) = delete;
  NcclGroup& operator=(const NcclGroup&) = delete;

  CudaDevice& device() { return device_; }
  const std::shared_ptr<NcclWatch>& watch() { return watch_; }
  Communicator& host() { return watched_.host; }

  /// Runs `enqueue(communicator, stream)`, whose work follows all that the device's stream holds
  /// now. `operation` and `counts` are for messages.
  std::shared_ptr<NcclCall> call(std::string_view operation, std::string_view counts,
                                 const std::function<void(ncclComm_t, cudaStream_t)>& enqueue);
  /// Such a call: every rank's bytes for every rank, one entry a peer.
  std::shared_ptr<NcclCall> exchange(std::string_view operation, std::string_view counts,
                                     std::span<const PeerBytes> peers);
  /// Throws where NCCL has reported an error.
  void check() { watch_->check(watched_); }

 private:
  CudaDevice& device_;
  std::shared_ptr<NcclWatch> watch_;
  std::unique_ptr<Communicator> owned_;
  WatchedGroup watched_;
  std::int64_t sequence_ = 0;
};

/// A call under way, with the tensors that it reads and writes.
class NcclRequest final : public Request {
 public:
  NcclRequest(std::shared_ptr<NcclGroup> group, std::shared_ptr<NcclCall> call,
              std::vector<Tensor> kept);
  /// The tensors' memory is free for later work of the device's stream alone.
  ~NcclRequest() override;
  NcclRequest(const NcclRequest&) = delete;
  NcclRequest& operator=(const NcclRequest&) = delete;

  bool test() override;
  /// Makes the device's stream wait.
  void wait() override;

 private:
  std::shared_ptr<NcclGroup> group_;
  std::shared_ptr<NcclCall> call_;  ///< null once the device's stream waits for it
  std::vector<Tensor> kept_;
};

}  // namespace switchyard
