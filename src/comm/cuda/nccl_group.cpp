#include "comm/cuda/nccl_group.hpp"

#include <utility>

namespace switchyard {
namespace {

// The first rank makes the id. Where it cannot, the others get an empty one and say so too.
std::string agree_on_id(Communicator& host) {
  std::string id;
  std::string problem;
  if (host.rank().value == 0) {
    try {
      id = make_nccl_id();
    } catch (const Error& error) {
      problem = error.what();
    }
  }
  host.broadcast(id, Rank{0});
  host.broadcast(problem, Rank{0});
  SY_REQUIRE(problem.empty(), ExitCode::run_failed, "{}", problem);
  return id;
}

}  // namespace

NcclGroup::NcclGroup(CudaDevice& device, std::shared_ptr<NcclWatch> watch,
                     std::unique_ptr<Communicator> owned, Communicator& host)
    : device_(device),
      watch_(std::move(watch)),
      owned_(std::move(owned)),
      watched_{host, host.name(), host.deadline()} {
  watched_.comm = std::make_unique<NcclComm>(agree_on_id(host), host.size(), host.rank().value);
  watch_->settle(watched_, fmt::format("the initialisation of NCCL for {}", host.name()));
  watch_->add(watched_);
}

NcclGroup::~NcclGroup() {
  watch_->remove(watched_);
}

void NcclGroup::set_deadline(std::chrono::milliseconds deadline) {
  watched_.deadline = deadline;
  watched_.host.set_deadline(deadline);
}

std::shared_ptr<NcclCall> NcclGroup::call(
    std::string_view operation, std::string_view counts,
    const std::function<void(ncclComm_t, cudaStream_t)>& enqueue) {
  auto call = std::make_shared<NcclCall>();
  call->text =
      fmt::format("{} #{} of {} by NCCL ({})", operation, ++sequence_, watched_.name, counts);
  check();
  const cudaStream_t stream = watch_->stream();
  order_after(stream, device_.stream());
  enqueue(watched_.comm->get(), stream);
  watch_->settle(watched_, call->text);
  SY_CUDA(cudaEventRecord(call->done.get(), stream));
  watched_.oldest();  // forgets what is done
  watched_.calls.push_back(call);
  return call;
}

std::shared_ptr<NcclCall> NcclGroup::exchange(std::string_view operation, std::string_view counts,
                                              std::span<const PeerBytes> peers) {
  return call(operation, counts, [&](ncclComm_t comm, cudaStream_t stream) {
    const std::size_t me = static_cast<std::size_t>(watched_.host.rank().value);
    const PeerBytes& own = peers[me];
    if (own.send_bytes > 0)
      SY_CUDA(
          cudaMemcpyAsync(own.receive, own.send, own.send_bytes, cudaMemcpyDeviceToDevice, stream));
    check_nccl(ncclGroupStart(), "begin an exchange", comm);
    for (std::size_t p = 0; p < peers.size(); ++p) {
      if (p == me) continue;
      const int peer = static_cast<int>(p);
      if (peers[p].send_bytes > 0)
        check_nccl(ncclSend(peers[p].send, peers[p].send_bytes, ncclUint8, peer, comm, stream),
                   "send rows", comm);
      if (peers[p].receive_bytes > 0)
        check_nccl(
            ncclRecv(peers[p].receive, peers[p].receive_bytes, ncclUint8, peer, comm, stream),
            "receive rows", comm);
    }
    check_nccl(ncclGroupEnd(), "start an exchange", comm);
  });
}

NcclRequest::NcclRequest(std::shared_ptr<NcclGroup> group, std::shared_ptr<NcclCall> call,
                         std::vector<Tensor> kept)
    : group_(std::move(group)), call_(std::move(call)), kept_(std::move(kept)) {}

NcclRequest::~NcclRequest() {
  if (call_) cudaStreamWaitEvent(group_->device().stream(), call_->done.get(), 0);
}

bool NcclRequest::test() {
  if (!call_) return true;
  group_->check();
  if (!has_passed(call_->done.get())) return false;
  wait();
  return true;
}

void NcclRequest::wait() {
  if (!call_) return;
  group_->check();
  SY_CUDA(cudaStreamWaitEvent(group_->device().stream(), call_->done.get(), 0));
  call_.reset();
  kept_.clear();
}

}  // namespace switchyard
