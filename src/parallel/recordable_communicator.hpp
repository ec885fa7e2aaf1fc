#pragma once
// A group whose exchanges of tensors may be part of a recorded program.
//
// An exchange is not recorded as kernels are: it is a step of the host between them, done anew on
// each run of the program, with the tensors and counts that it was recorded with. While a program
// is recorded no tensor travels; what the host exchanges (counts, texts, barriers) is not recorded.

#include <memory>

#include "comm/forwarding_communicator.hpp"
#include "ops/backend.hpp"

namespace switchyard {

class RecordableCommunicator final : public ForwardingCommunicator {
 public:
  /// `backend`, whose programs are recorded, and `inner` must outlive this and its requests.
  RecordableCommunicator(Backend& backend, Communicator& inner);
  RecordableCommunicator(Backend& backend, std::unique_ptr<Communicator> inner);

  void all_reduce_sum(Tensor& x) override;
  /// A request that was recorded is waited for in the same recording; until then its test() does
  /// nothing. So for all_to_all_rows.
  std::unique_ptr<Request> start_all_reduce_sum(Tensor x) override;
  void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                       Counts receive_rows) override;
  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override;
  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override;
  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override;
  using ForwardingCommunicator::broadcast;
  void broadcast(Tensor& x, Rank root) override;

  std::unique_ptr<Communicator> split(int color, std::string name) override;

 private:
  /// In a group of one nothing is exchanged: what it enqueues is recorded like any other work.
  void step(std::function<void()> exchange);
  std::unique_ptr<Request> start(std::function<std::unique_ptr<Request>()> exchange);

  Backend& backend_;
  std::unique_ptr<Communicator> owned_;
};

}  // namespace switchyard
