#include "comm/cuda/nccl_comm.hpp"

#include <chrono>
#include <cstring>
#include <exception>
#include <thread>

#include "base/error.hpp"

namespace switchyard {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);

// Finalising waits for the other ranks: a destructor must not do so for ever.
bool finalized(ncclComm_t comm) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  ncclResult_t state = ncclCommFinalize(comm);
  while (state == ncclInProgress && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    if (ncclCommGetAsyncError(comm, &state) != ncclSuccess) return false;
  }
  return state == ncclSuccess;
}

}  // namespace

std::string nccl_error_text(ncclResult_t result, ncclComm_t comm) {
  std::string text = ncclGetErrorString(result);
  const char* last = ncclGetLastError(comm);
  if (last && *last) text += fmt::format("; {}", last);
  return text;
}

void check_nccl(ncclResult_t result, std::string_view attempt, ncclComm_t comm) {
  SY_REQUIRE(result == ncclSuccess || result == ncclInProgress, ExitCode::run_failed,
             "NCCL could not {} ({}); NCCL_DEBUG=INFO makes it say more, --communicator staged "
             "does without it",
             attempt, nccl_error_text(result, comm));
}

std::string make_nccl_id() {
  ncclUniqueId id;
  check_nccl(ncclGetUniqueId(&id), "open the socket at which ranks meet");
  return std::string(id.internal, sizeof(id.internal));
}

NcclComm::NcclComm(const std::string& id, int size, int rank) {
  ncclUniqueId bytes;
  SY_REQUIRE(id.size() == sizeof(bytes.internal), ExitCode::run_failed,
             "the id of a group of NCCL has {} bytes ({} expected); its first rank failed to make "
             "it",
             id.size(), sizeof(bytes.internal));
  std::memcpy(bytes.internal, id.data(), id.size());
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  check_nccl(ncclCommInitRankConfig(&comm_, size, bytes, rank, &config), "begin a group");
}

NcclComm::~NcclComm() {
  if (comm_ && std::uncaught_exceptions() == 0 && finalized(comm_)) {
    ncclCommDestroy(comm_);
  } else {
    abort();
  }
}

bool NcclComm::ready() const {
  ncclResult_t state = ncclSuccess;
  check_nccl(ncclCommGetAsyncError(comm_, &state), "look after its exchanges", comm_);
  check_nccl(state, "go on: an exchange failed", comm_);
  return state == ncclSuccess;
}

void NcclComm::abort() {
  if (comm_) ncclCommAbort(comm_);
  comm_ = nullptr;
}

}  // namespace switchyard
