#include "parallel/recordable_communicator.hpp"

#include <utility>
#include <vector>

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers copy(Counts counts) {
  return {counts.begin(), counts.end()};
}

/// The request of the run that is under way; null before its start and after its wait.
using Slot = std::shared_ptr<std::unique_ptr<Request>>;

class RecordableRequest final : public Request {
 public:
  RecordableRequest(Backend& backend, Slot slot) : backend_(backend), slot_(std::move(slot)) {}

  bool test() override { return !backend_.recording() && (!*slot_ || (*slot_)->test()); }
  void wait() override {
    backend_.between([slot = slot_] {
      if (*slot) (*slot)->wait();
      slot->reset();
    });
  }

 private:
  Backend& backend_;
  Slot slot_;
};

}  // namespace

RecordableCommunicator::RecordableCommunicator(Backend& backend, Communicator& inner)
    : ForwardingCommunicator(inner), backend_(backend) {}

RecordableCommunicator::RecordableCommunicator(Backend& backend,
                                               std::unique_ptr<Communicator> inner)
    : ForwardingCommunicator(*inner), backend_(backend), owned_(std::move(inner)) {}

void RecordableCommunicator::step(std::function<void()> exchange) {
  if (size() == 1) return exchange();
  backend_.between(std::move(exchange));
}

std::unique_ptr<Request> RecordableCommunicator::start(
    std::function<std::unique_ptr<Request>()> exchange) {
  if (size() == 1) return exchange();
  auto slot = std::make_shared<std::unique_ptr<Request>>();
  backend_.between([slot, exchange = std::move(exchange)] { *slot = exchange(); });
  return std::make_unique<RecordableRequest>(backend_, std::move(slot));
}

void RecordableCommunicator::all_reduce_sum(Tensor& x) {
  step([this, x]() mutable { inner().all_reduce_sum(x); });
}

std::unique_ptr<Request> RecordableCommunicator::start_all_reduce_sum(Tensor x) {
  return start([this, x = std::move(x)] { return inner().start_all_reduce_sum(x); });
}

void RecordableCommunicator::all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                                             Counts receive_rows) {
  step([this, send, out = copy(send_rows), receive, in = copy(receive_rows)]() mutable {
    inner().all_to_all_rows(send, out, receive, in);
  });
}

std::unique_ptr<Request> RecordableCommunicator::start_all_to_all_rows(Tensor send,
                                                                       Counts send_rows,
                                                                       Tensor receive,
                                                                       Counts receive_rows) {
  return start(
      [this, send = std::move(send), out = copy(send_rows), receive = std::move(receive),
       in = copy(receive_rows)] { return inner().start_all_to_all_rows(send, out, receive, in); });
}

void RecordableCommunicator::all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) {
  step(
      [this, mine, all, rows = copy(rows)]() mutable { inner().all_gather_rows(mine, all, rows); });
}

void RecordableCommunicator::reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) {
  step([this, all, mine, rows = copy(rows)]() mutable {
    inner().reduce_scatter_rows(all, mine, rows);
  });
}

void RecordableCommunicator::broadcast(Tensor& x, Rank root) {
  step([this, x, root]() mutable { inner().broadcast(x, root); });
}

std::unique_ptr<Communicator> RecordableCommunicator::split(int color, std::string name) {
  return std::make_unique<RecordableCommunicator>(backend_, inner().split(color, std::move(name)));
}

}  // namespace switchyard
