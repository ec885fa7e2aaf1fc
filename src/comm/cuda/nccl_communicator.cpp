#include "comm/cuda/nccl_communicator.hpp"

#include <utility>

#include "comm/cuda/lone_rank.hpp"
#include "comm/cuda/nccl_group.hpp"
#include "comm/cuda/shared_devices.hpp"
#include "comm/cuda/sum_blocks.hpp"
#include "comm/exchange_checks.hpp"
#include "comm/forwarding_communicator.hpp"
#include "comm/tensor_sizes.hpp"

namespace switchyard {
namespace {

bool on_host(const Tensor& x) {
  return x.memory() == MemoryKind::host;
}

ncclDataType_t nccl_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return ncclFloat32;
    case DType::f64:
      return ncclFloat64;
    case DType::bf16:
      return ncclBfloat16;
    default:
      return ncclInt64;
  }
}

/// What goes to and comes from each peer where blocks of rows follow one another.
std::vector<PeerBytes> peer_bytes(const Tensor& send, Counts send_rows, Tensor& receive,
                                  Counts receive_rows) {
  const std::int64_t row = row_bytes(send);
  const std::byte* from = send.raw();
  std::byte* to = receive.raw();
  std::vector<PeerBytes> peers;
  for (std::size_t p = 0; p < send_rows.size(); ++p) {
    const PeerBytes& peer = peers.emplace_back(from, static_cast<std::size_t>(send_rows[p] * row),
                                               to, static_cast<std::size_t>(receive_rows[p] * row));
    from += peer.send_bytes;
    to += peer.receive_bytes;
  }
  return peers;
}

template <class T>
void add_blocks_of(const Tensor& blocks, int count, Tensor& sum, cudaStream_t stream) {
  sum_blocks(blocks.data<T>(), sum.numel(), count, sum.data<T>(), stream);
}

/// sum = the sum of the equal blocks along the first dimension, first to last.
void add_blocks(const Tensor& blocks, int count, Tensor& sum, cudaStream_t stream) {
  if (sum.dtype() == DType::i64) return add_blocks_of<std::int64_t>(blocks, count, sum, stream);
  if (sum.dtype() == DType::bf16) return add_blocks_of<BFloat16>(blocks, count, sum, stream);
  dispatch_float(sum.dtype(), [&]<class T>() { add_blocks_of<T>(blocks, count, sum, stream); });
}

class NcclCommunicator final : public ForwardingCommunicator {
 public:
  explicit NcclCommunicator(std::shared_ptr<NcclGroup> group)
      : ForwardingCommunicator(group->host()), group_(std::move(group)) {}

  void all_reduce_sum(Tensor& x) override { start_all_reduce_sum(x)->wait(); }
  std::unique_ptr<Request> start_all_reduce_sum(Tensor x) override {
    require_summable("all_reduce_sum", x);
    if (on_host(x)) return inner().start_all_reduce_sum(std::move(x));
    auto call =
        group_->call("all_reduce_sum", size_text(x), [&](ncclComm_t comm, cudaStream_t stream) {
          if (x.numel() == 0) return;
          check_nccl(ncclAllReduce(x.raw(), x.raw(), static_cast<std::size_t>(x.numel()),
                                   nccl_type(x.dtype()), ncclSum, comm, stream),
                     "add tensors", comm);
        });
    return request(std::move(call), {std::move(x)});
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
      return inner().start_all_to_all_rows(std::move(send), send_rows, std::move(receive),
                                           receive_rows);
    return start_exchange("all_to_all_rows", std::move(send), send_rows, std::move(receive),
                          receive_rows);
  }

  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override {
    require_shares("all_gather_rows", mine, all, rows, size(), rank());
    require_same_memory("all_gather_rows", mine, all);
    if (on_host(mine)) return inner().all_gather_rows(mine, all, rows);
    const std::vector<std::int64_t> none(rows.size(), 0);
    std::vector<PeerBytes> peers = peer_bytes(mine, none, all, rows);
    for (PeerBytes& peer : peers) {
      peer.send = mine.raw();
      peer.send_bytes = mine.bytes();
    }
    auto call = group_->exchange("all_gather_rows",
                                 fmt::format("rows of each rank {}", fmt::join(rows, " ")), peers);
    request(std::move(call), {mine, all})->wait();
  }

  // NCCL's own takes equal shares only, and adds in another order for another count.
  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override {
    require_shares("reduce_scatter_rows", mine, all, rows, size(), rank());
    require_same_memory("reduce_scatter_rows", mine, all);
    require_summable("reduce_scatter_rows", mine);
    if (on_host(mine)) return inner().reduce_scatter_rows(all, mine, rows);
    CudaDevice& device = group_->device();
    Shape shape = mine.shape();
    shape[0] *= size();
    Tensor blocks(device.allocator(), std::move(shape), mine.dtype());
    const std::vector<std::int64_t> from_each(rows.size(), mine.dim(0));
    start_exchange("reduce_scatter_rows", all, rows, blocks, from_each)->wait();
    add_blocks(blocks, size(), mine, device.stream());
  }

  void broadcast(Tensor& x, Rank root) override {
    require_movable("broadcast", x);
    require_root("broadcast", root, size());
    if (on_host(x)) return inner().broadcast(x, root);
    auto call = group_->call("broadcast", fmt::format("{} from rank {}", size_text(x), root.value),
                             [&](ncclComm_t comm, cudaStream_t stream) {
                               if (x.bytes() == 0) return;
                               check_nccl(ncclBroadcast(x.raw(), x.raw(), x.bytes(), ncclUint8,
                                                        root.value, comm, stream),
                                          "broadcast", comm);
                             });
    request(std::move(call), {x})->wait();
  }
  void broadcast(std::string& text, Rank root) override { inner().broadcast(text, root); }

  std::unique_ptr<Communicator> split(int color, std::string name) override;

  void progress() override {
    group_->check();
    inner().progress();
  }

 private:
  std::unique_ptr<Request> request(std::shared_ptr<NcclCall> call, std::vector<Tensor> kept) {
    return std::make_unique<NcclRequest>(group_, std::move(call), std::move(kept));
  }
  std::unique_ptr<Request> start_exchange(std::string_view operation, Tensor send, Counts send_rows,
                                          Tensor receive, Counts receive_rows) {
    auto call =
        group_->exchange(operation,
                         fmt::format("rows to each rank {}, from each rank {}",
                                     fmt::join(send_rows, " "), fmt::join(receive_rows, " ")),
                         peer_bytes(send, send_rows, receive, receive_rows));
    return request(std::move(call), {std::move(send), std::move(receive)});
  }

  std::shared_ptr<NcclGroup> group_;
};

std::unique_ptr<Communicator> NcclCommunicator::split(int color, std::string name) {
  auto part = inner().split(color, std::move(name));
  Communicator& host = *part;
  if (host.size() == 1) return make_lone_rank(group_->device(), host.name());
  return std::make_unique<NcclCommunicator>(
      std::make_shared<NcclGroup>(group_->device(), group_->watch(), std::move(part), host));
}

}  // namespace

std::unique_ptr<Communicator> make_nccl_communicator(CudaDevice& device, Communicator& host) {
  if (host.size() == 1) return make_lone_rank(device, host.name());
  const std::string shared = find_shared_devices(device.info(), host);
  if (!shared.empty()) {
    fail_everywhere(ExitCode::bad_usage,
                    fmt::format("{}, but NCCL wants a device for each rank; start as many ranks on "
                                "a host as it has devices, or pass --communicator staged",
                                shared));
  }
  return std::make_unique<NcclCommunicator>(
      std::make_shared<NcclGroup>(device, std::make_shared<NcclWatch>(device), nullptr, host));
}

}  // namespace switchyard
