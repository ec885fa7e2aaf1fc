// The group of one rank: every exchange is a copy to itself.

#include <algorithm>
#include <cstring>
#include <utility>

#include "comm/communicator.hpp"
#include "comm/exchange_checks.hpp"

namespace switchyard {
namespace {

class CompletedRequest : public Request {
 public:
  bool test() override { return true; }
  void wait() override {}
};

class SelfCommunicator : public Communicator {
 public:
  SelfCommunicator(std::string name, TensorCopy copy)
      : name_(std::move(name)), copy_(std::move(copy)) {}

  Rank rank() const override { return Rank{0}; }
  int size() const override { return 1; }
  const std::string& name() const override { return name_; }

  // One rank waits for nobody: kept for those who ask.
  void set_deadline(std::chrono::milliseconds deadline) override { deadline_ = deadline; }
  std::chrono::milliseconds deadline() const override { return deadline_; }

  void all_reduce_sum(Tensor& x) override { require_summable("all_reduce_sum", x); }

  std::unique_ptr<Request> start_all_reduce_sum(Tensor x) override {
    require_summable("all_reduce_sum", x);
    return std::make_unique<CompletedRequest>();
  }

  std::vector<std::int64_t> all_to_all_counts(Counts counts, int per_rank) override {
    require_per_rank("all_to_all_counts", counts, per_rank, 1);
    return {counts.begin(), counts.end()};
  }

  void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                       Counts receive_rows) override {
    require_exchange("all_to_all_rows", send, send_rows, receive, receive_rows, 1);
    SY_REQUIRE(send_rows[0] == receive_rows[0], ExitCode::run_failed,
               "all_to_all_rows: {} rows are sent but {} expected", send_rows[0], receive_rows[0]);
    copy_(send, receive);
  }

  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override {
    all_to_all_rows(send, send_rows, receive, receive_rows);
    return std::make_unique<CompletedRequest>();
  }

  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override {
    require_shares("all_gather_rows", mine, all, rows, 1, Rank{0});
    copy_(mine, all);
  }

  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override {
    require_shares("reduce_scatter_rows", mine, all, rows, 1, Rank{0});
    require_summable("reduce_scatter_rows", mine);
    copy_(all, mine);
  }

  void broadcast(Tensor& x, Rank root) override {
    require_movable("broadcast", x);
    require_root("broadcast", root, 1);
  }
  void broadcast(std::string&, Rank root) override { require_root("broadcast", root, 1); }
  void barrier() override {}

  std::unique_ptr<Communicator> split(int color, std::string name) override {
    require_color(color);
    return std::make_unique<SelfCommunicator>(std::move(name), copy_);
  }

  void progress() override {}

 private:
  std::string name_;
  TensorCopy copy_;
  std::chrono::milliseconds deadline_{0};
};

}  // namespace

void copy_on_host(const Tensor& from, Tensor& to) {
  require_host_memory("copy_on_host", from);
  require_host_memory("copy_on_host", to);
  if (from.bytes() > 0) std::memcpy(to.raw(), from.raw(), from.bytes());
}

std::unique_ptr<Communicator> make_self_communicator(std::string name, TensorCopy copy) {
  return std::make_unique<SelfCommunicator>(std::move(name), std::move(copy));
}

}  // namespace switchyard
