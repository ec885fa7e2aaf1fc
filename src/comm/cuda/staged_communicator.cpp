#include "comm/cuda/staged_communicator.hpp"

#include <utility>

#include "comm/cuda/lone_rank.hpp"
#include "comm/cuda/staged_exchange.hpp"
#include "comm/exchange_checks.hpp"
#include "comm/forwarding_communicator.hpp"

namespace switchyard {
namespace {

/// What a group and its requests share.
struct Staging {
  CudaDevice& device;
  std::unique_ptr<Communicator> owned;  ///< the host's group, of a split
  Communicator& host;
  std::shared_ptr<PinnedPool> pool = std::make_shared<PinnedPool>();
  StagedQueue queue = {};
};

class StagedRequest final : public Request {
 public:
  StagedRequest(std::shared_ptr<Staging> staging, std::shared_ptr<StagedExchange> exchange)
      : staging_(std::move(staging)), exchange_(std::move(exchange)) {}

  bool test() override {
    staging_->queue.advance();
    return exchange_->test();
  }
  void wait() override {
    staging_->queue.start_until(*exchange_);
    exchange_->wait();
  }

 private:
  std::shared_ptr<Staging> staging_;
  std::shared_ptr<StagedExchange> exchange_;
};

bool on_host(const Tensor& x) {
  return x.memory() == MemoryKind::host;
}

class StagedCommunicator final : public ForwardingCommunicator {
 public:
  explicit StagedCommunicator(std::shared_ptr<Staging> staging)
      : ForwardingCommunicator(staging->host), staging_(std::move(staging)) {}

  void all_reduce_sum(Tensor& x) override { start_all_reduce_sum(x)->wait(); }
  std::unique_ptr<Request> start_all_reduce_sum(Tensor x) override {
    require_summable("all_reduce_sum", x);
    if (on_host(x)) return host().start_all_reduce_sum(std::move(x));
    PinnedTensor staged = download(x);
    return enqueue(staged, staged, x, [&group = staging_->host](const Tensor&, Tensor sum) {
      return group.start_all_reduce_sum(std::move(sum));
    });
  }

  std::vector<std::int64_t> all_to_all_counts(Counts counts, int per_rank) override {
    return host().all_to_all_counts(counts, per_rank);
  }

  void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                       Counts receive_rows) override {
    start_all_to_all_rows(send, send_rows, receive, receive_rows)->wait();
  }
  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override {
    require_exchange("all_to_all_rows", send, send_rows, receive, receive_rows, size());
    require_same_memory("all_to_all_rows", send, receive);
    if (on_host(send))
      return host().start_all_to_all_rows(std::move(send), send_rows, std::move(receive),
                                          receive_rows);
    using Rows = std::vector<std::int64_t>;
    return enqueue(download(send), like(receive), receive,
                   [&group = staging_->host, out = Rows(send_rows.begin(), send_rows.end()),
                    in = Rows(receive_rows.begin(), receive_rows.end())](Tensor x, Tensor y) {
                     return group.start_all_to_all_rows(std::move(x), out, std::move(y), in);
                   });
  }

  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override {
    require_shares("all_gather_rows", mine, all, rows, size(), rank());
    require_same_memory("all_gather_rows", mine, all);
    if (on_host(mine)) return host().all_gather_rows(mine, all, rows);
    PinnedTensor gathered = like(all);
    host().all_gather_rows(fetch(mine), gathered.tensor, rows);
    start_upload(staging_->device, gathered, all);
  }
  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override {
    require_shares("reduce_scatter_rows", mine, all, rows, size(), rank());
    require_same_memory("reduce_scatter_rows", mine, all);
    if (on_host(mine)) return host().reduce_scatter_rows(all, mine, rows);
    PinnedTensor sum = like(mine);
    host().reduce_scatter_rows(fetch(all), sum.tensor, rows);
    start_upload(staging_->device, sum, mine);
  }

  void broadcast(Tensor& x, Rank root) override {
    require_movable("broadcast", x);
    if (on_host(x)) return host().broadcast(x, root);
    PinnedTensor staged = rank() == root ? download(x) : like(x);
    if (rank() == root) SY_CUDA(cudaEventSynchronize(staged.copied));
    host().broadcast(staged.tensor, root);
    start_upload(staging_->device, staged, x);
  }
  void broadcast(std::string& text, Rank root) override { host().broadcast(text, root); }
  void barrier() override { host().barrier(); }

  std::unique_ptr<Communicator> split(int color, std::string name) override;

  void progress() override {
    staging_->queue.advance();
    staging_->host.progress();
  }

 private:
  /// The host's group, once it has been given what was called before.
  Communicator& host() {
    staging_->queue.flush();
    return staging_->host;
  }
  PinnedTensor like(const Tensor& x) {
    return make_pinned_tensor(staging_->pool, x.shape(), x.dtype());
  }
  PinnedTensor download(const Tensor& x) {
    return start_download(staging_->device, staging_->pool, x);
  }
  Tensor fetch(const Tensor& x) {
    PinnedTensor staged = download(x);
    SY_CUDA(cudaEventSynchronize(staged.copied));
    return staged.tensor;
  }
  std::unique_ptr<Request> enqueue(PinnedTensor sent, PinnedTensor received, Tensor arrived,
                                   StagedExchange::Start start) {
    auto exchange =
        std::make_shared<StagedExchange>(staging_->device, std::move(sent), std::move(received),
                                         std::move(arrived), std::move(start));
    staging_->queue.add(exchange);
    return std::make_unique<StagedRequest>(staging_, std::move(exchange));
  }

  std::shared_ptr<Staging> staging_;
};

std::unique_ptr<Communicator> make_staged(CudaDevice& device, std::unique_ptr<Communicator> owned,
                                          Communicator& host) {
  if (host.size() == 1) return make_lone_rank(device, host.name());
  return std::make_unique<StagedCommunicator>(
      std::make_shared<Staging>(device, std::move(owned), host));
}

std::unique_ptr<Communicator> StagedCommunicator::split(int color, std::string name) {
  auto part = host().split(color, std::move(name));
  Communicator& group = *part;
  return make_staged(staging_->device, std::move(part), group);
}

}  // namespace

std::unique_ptr<Communicator> make_staged_communicator(CudaDevice& device, Communicator& host) {
  return make_staged(device, nullptr, host);
}

}  // namespace switchyard
