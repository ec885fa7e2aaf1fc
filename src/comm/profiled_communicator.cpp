#include "comm/profiled_communicator.hpp"

#include <utility>

#include "comm/tensor_sizes.hpp"

namespace switchyard {
namespace {

std::int64_t bytes_of(const Tensor& x) {
  return static_cast<std::int64_t>(x.bytes());
}

class ProfiledRequest final : public Request {
 public:
  ProfiledRequest(std::unique_ptr<Request> inner, Recorder& recorder, std::size_t number,
                  MemoryKind memory)
      : inner_(std::move(inner)), recorder_(recorder), number_(number), memory_(memory) {}

  bool test() override {
    const bool done = inner_->test();
    if (done) complete();
    return done;
  }
  void wait() override {
    if (!recorder_.recording()) return inner_->wait();
    const Moment from = recorder_.now();
    inner_->wait();
    complete();
    recorder_.collectives().waited(number_, from, recorder_.now());
  }

 private:
  void complete() {
    if (recorder_.recording() && !recorder_.exchanges_apart(memory_))
      recorder_.collectives().complete(number_, recorder_.exchange_now(memory_));
  }

  std::unique_ptr<Request> inner_;
  Recorder& recorder_;
  std::size_t number_;
  MemoryKind memory_;
};

}  // namespace

ProfiledCommunicator::ProfiledCommunicator(Communicator& inner, Recorder& recorder)
    : ForwardingCommunicator(inner),
      recorder_(recorder),
      world_rank_(inner.rank().value),
      group_(recorder.add_group({inner.name(), members()})) {}

ProfiledCommunicator::ProfiledCommunicator(std::unique_ptr<Communicator> inner, Recorder& recorder,
                                           std::int32_t world_rank)
    : ForwardingCommunicator(*inner),
      owned_(std::move(inner)),
      recorder_(recorder),
      world_rank_(world_rank),
      group_(recorder.add_group({owned_->name(), members()})) {}

std::vector<std::int32_t> ProfiledCommunicator::members() {
  const std::vector<std::int64_t> own(static_cast<std::size_t>(size()), world_rank_);
  const std::vector<std::int64_t> all = inner().all_to_all_counts(own, 1);
  return {all.begin(), all.end()};
}

std::unique_ptr<Communicator> ProfiledCommunicator::split(int color, std::string name) {
  auto part = inner().split(color, std::move(name));
  if (part->size() == 1) return part;
  return std::unique_ptr<Communicator>(
      new ProfiledCommunicator(std::move(part), recorder_, world_rank_));
}

CollectiveRecord ProfiledCommunicator::next(Collective operation, std::int64_t bytes) {
  return {.operation = operation, .group = group_, .sequence = sequence_++, .bytes = bytes};
}

CollectiveRecord ProfiledCommunicator::next_rows(Collective operation, const Tensor& send,
                                                 Counts send_rows) {
  CollectiveRecord call = next(operation, bytes_of(send));
  if (!recorder_.recording()) return call;
  for (std::int64_t rows : send_rows) call.sent.push_back(rows * row_bytes(send));
  return call;
}

void ProfiledCommunicator::watch(CollectiveRecord call, MemoryKind memory,
                                 const std::function<void()>& exchange) {
  if (!recorder_.recording()) return exchange();
  const std::size_t number = recorder_.begin_collective(std::move(call), memory);
  const Moment from = recorder_.now();
  exchange();
  CollectiveLog& log = recorder_.collectives();
  log.returned(number, host_clock());
  log.complete(number, recorder_.exchange_now(memory));
  log.waited(number, from, recorder_.now());
}

std::unique_ptr<Request> ProfiledCommunicator::watch_start(
    CollectiveRecord call, MemoryKind memory,
    const std::function<std::unique_ptr<Request>()>& exchange) {
  if (!recorder_.recording()) return exchange();
  call.started = true;
  const std::size_t number = recorder_.begin_collective(std::move(call), memory);
  auto request = exchange();
  CollectiveLog& log = recorder_.collectives();
  log.returned(number, host_clock());
  if (recorder_.exchanges_apart(memory)) log.complete(number, recorder_.exchange_now(memory));
  return std::make_unique<ProfiledRequest>(std::move(request), recorder_, number, memory);
}

void ProfiledCommunicator::all_reduce_sum(Tensor& x) {
  watch(next(Collective::all_reduce, bytes_of(x)), x.memory(), [&] { inner().all_reduce_sum(x); });
}

std::unique_ptr<Request> ProfiledCommunicator::start_all_reduce_sum(Tensor x) {
  return watch_start(next(Collective::all_reduce, bytes_of(x)), x.memory(),
                     [&] { return inner().start_all_reduce_sum(std::move(x)); });
}

std::vector<std::int64_t> ProfiledCommunicator::all_to_all_counts(Counts counts, int per_rank) {
  std::vector<std::int64_t> received;
  watch(next(Collective::all_to_all_counts, static_cast<std::int64_t>(counts.size_bytes())),
        MemoryKind::host, [&] { received = inner().all_to_all_counts(counts, per_rank); });
  return received;
}

void ProfiledCommunicator::all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                                           Counts receive_rows) {
  watch(next_rows(Collective::all_to_all_rows, send, send_rows), send.memory(),
        [&] { inner().all_to_all_rows(send, send_rows, receive, receive_rows); });
}

std::unique_ptr<Request> ProfiledCommunicator::start_all_to_all_rows(Tensor send, Counts send_rows,
                                                                     Tensor receive,
                                                                     Counts receive_rows) {
  return watch_start(next_rows(Collective::all_to_all_rows, send, send_rows), send.memory(), [&] {
    return inner().start_all_to_all_rows(std::move(send), send_rows, std::move(receive),
                                         receive_rows);
  });
}

void ProfiledCommunicator::all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) {
  CollectiveRecord call = next(Collective::all_gather, bytes_of(all));
  if (recorder_.recording()) call.sent.assign(rows.size(), bytes_of(mine));
  watch(std::move(call), mine.memory(), [&] { inner().all_gather_rows(mine, all, rows); });
}

void ProfiledCommunicator::reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) {
  watch(next_rows(Collective::reduce_scatter, all, rows), all.memory(),
        [&] { inner().reduce_scatter_rows(all, mine, rows); });
}

void ProfiledCommunicator::broadcast(Tensor& x, Rank root) {
  watch(next(Collective::broadcast, bytes_of(x)), x.memory(), [&] { inner().broadcast(x, root); });
}

void ProfiledCommunicator::barrier() {
  watch(next(Collective::barrier, 0), MemoryKind::host, [&] { inner().barrier(); });
}

}  // namespace switchyard
