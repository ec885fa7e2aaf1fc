#pragma once
// A communicator of NCCL with an owner, made without blocking; and NCCL's error codes as Errors.
//
// The communicator is non-blocking: a call hands its work to NCCL and may return before it is
// enqueued on the stream. Until ready() says so, no other call may follow.

#include <nccl.h>

#include <string>
#include <string_view>

namespace switchyard {

/// NCCL's words for a code, with those of its last error.
std::string nccl_error_text(ncclResult_t result, ncclComm_t comm);
/// Throws Error (run_failed) unless `result` is success or in progress; `attempt` completes "NCCL
/// could not".
void check_nccl(ncclResult_t result, std::string_view attempt, ncclComm_t comm = nullptr);

/// What ranks need to find one another: made by one of them, sent to the others as bytes.
std::string make_nccl_id();

class NcclComm {
 public:
  /// Begins to join the group of `id`; wait for ready().
  NcclComm(const std::string& id, int size, int rank);
  /// Collective where all is well and no exception is under way; else it aborts.
  ~NcclComm();
  NcclComm(const NcclComm&) = delete;
  NcclComm& operator=(const NcclComm&) = delete;

  ncclComm_t get() const { return comm_; }
  bool aborted() const { return comm_ == nullptr; }
  /// False while a call is in progress; throws Error where NCCL has met one, a dead peer say.
  bool ready() const;
  /// Ends what is under way, on the device too. For a group that cannot go on.
  void abort();

 private:
  ncclComm_t comm_ = nullptr;
};

}  // namespace switchyard
