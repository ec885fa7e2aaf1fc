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
      watched_{host, host.name()} {
  watched_.comm = std::make_unique<NcclComm>(agree_on_id(host), host.size(), host.rank().value);
  watch_->settle(watched_, fmt::format("the initialisation of NCCL for {}", host.name()));
  watch_->add(watched_);
}

NcclGroup::~NcclGroup() {
  watch_->remove(watched_);
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
  try {
    enqueue(watched_.comm->get(), stream);
  } catch (const Error& error) {
    end_group(watched_, call->text, error.what());
  }
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
    // Whatever fails, the end must follow the start: the first error is kept until then.
    ncclResult_t result = ncclGroupStart();
    const auto keep = [&](ncclResult_t next) {
      if (result == ncclSuccess || result == ncclInProgress) result = next;
    };
    for (std::size_t p = 0; p < peers.size(); ++p) {
      if (p == me) continue;
      const int peer = static_cast<int>(p);
      const PeerBytes& bytes = peers[p];
      if (bytes.send_bytes > 0)
        keep(ncclSend(bytes.send, bytes.send_bytes, ncclUint8, peer, comm, stream));
      if (bytes.receive_bytes > 0)
        keep(ncclRecv(bytes.receive, bytes.receive_bytes, ncclUint8, peer, comm, stream));
    }
    keep(ncclGroupEnd());
    check_nccl(result, "exchange rows", comm);
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
