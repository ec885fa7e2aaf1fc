#pragma once
// A group that notes its exchanges while its recorder records: what, how much, when this rank
// entered and left, and how long computing stood still for it.
//
// Entry is the call, exit when the exchange was seen complete: at the end of a call that blocks,
// else at the first test() or wait() that finds it so. For tensors of a device these moments are
// when its stream gets there; where exchanges have a stream of their own, entry is when that and
// the computing one had both got to it, and exit when it was done there. Groups of one exchange
// nothing and are not watched.

#include <memory>

#include "comm/forwarding_communicator.hpp"
#include "profile/recorder.hpp"

namespace switchyard {

class ProfiledCommunicator final : public ForwardingCommunicator {
 public:
  /// The world: `inner`'s ranks are the records' ranks. Both must outlive this, its splits and
  /// their requests.
  ProfiledCommunicator(Communicator& inner, Recorder& recorder);

  void all_reduce_sum(Tensor& x) override;
  std::unique_ptr<Request> start_all_reduce_sum(Tensor x) override;
  std::vector<std::int64_t> all_to_all_counts(Counts counts, int per_rank) override;
  void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                       Counts receive_rows) override;
  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override;
  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override;
  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override;
  using ForwardingCommunicator::broadcast;
  void broadcast(Tensor& x, Rank root) override;
  void barrier() override;
  /// Collective as ever; tells the members of the part who they are.
  std::unique_ptr<Communicator> split(int color, std::string name) override;

 private:
  ProfiledCommunicator(std::unique_ptr<Communicator> inner, Recorder& recorder,
                       std::int32_t world_rank);

  std::vector<std::int32_t> members();
  CollectiveRecord next(Collective operation, std::int64_t bytes);
  CollectiveRecord next_rows(Collective operation, const Tensor& send, Counts send_rows);
  void watch(CollectiveRecord call, MemoryKind memory, const std::function<void()>& exchange);
  std::unique_ptr<Request> watch_start(CollectiveRecord call, MemoryKind memory,
                                       const std::function<std::unique_ptr<Request>()>& exchange);

  std::unique_ptr<Communicator> owned_;
  Recorder& recorder_;
  std::int32_t world_rank_;
  std::int32_t group_;  ///< its index in the records
  std::int64_t sequence_ = 0;
};

}  // namespace switchyard
