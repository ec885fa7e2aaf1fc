#pragma once
// Exchanges of device tensors over a group of the host: downloaded, exchanged there, uploaded.

#include <deque>
#include <functional>

#include "comm/communicator.hpp"
#include "comm/cuda/pinned_tensor.hpp"

namespace switchyard {

/// One exchange under way. `sent` is on its way down; what the host's group leaves in `received`,
/// which may be the same tensor, is uploaded onto `arrived`.
class StagedExchange {
 public:
  /// Starts the host's exchange.
  using Start = std::function<std::unique_ptr<Request>(Tensor sent, Tensor received)>;

  StagedExchange(CudaDevice& device, PinnedTensor sent, PinnedTensor received, Tensor arrived,
                 Start start);

  bool downloaded() const;
  bool started() const { return request_ != nullptr; }
  /// Hands it to the host's group; blocks until the download is done.
  void start();
  /// Of a started one: true once the upload is enqueued.
  bool test();
  void wait();

 private:
  void upload();

  CudaDevice& device_;
  PinnedTensor sent_;
  PinnedTensor received_;
  Tensor arrived_;
  Start start_;
  std::unique_ptr<Request> request_;
  bool uploaded_ = false;
};

/// Exchanges that the host's group has not been given yet. It must see all of its calls in one
/// order, so they are started in the order in which they were added.
class StagedQueue {
 public:
  void add(std::shared_ptr<StagedExchange> exchange) { waiting_.push_back(std::move(exchange)); }
  /// Starts those whose download is done.
  void advance();
  /// Starts all up to and with this one.
  void start_until(const StagedExchange& exchange);
  /// Starts all: before any other call of the host's group.
  void flush();

 private:
  void start_first();

  std::deque<std::shared_ptr<StagedExchange>> waiting_;
};

}  // namespace switchyard
