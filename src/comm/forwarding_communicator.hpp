#pragma once
// A group that hands every call on to another: the base of groups that change a few of them.

#include <utility>

#include "comm/communicator.hpp"

namespace switchyard {

class ForwardingCommunicator : public Communicator {
 public:
  /// `inner` must outlive this.
  explicit ForwardingCommunicator(Communicator& inner) : inner_(inner) {}

  Rank rank() const override { return inner_.rank(); }
  int size() const override { return inner_.size(); }
  const std::string& name() const override { return inner_.name(); }
  void set_deadline(std::chrono::milliseconds deadline) override { inner_.set_deadline(deadline); }
  std::chrono::milliseconds deadline() const override { return inner_.deadline(); }

  void all_reduce_sum(Tensor& x) override { inner_.all_reduce_sum(x); }
  std::unique_ptr<Request> start_all_reduce_sum(Tensor x) override {
    return inner_.start_all_reduce_sum(std::move(x));
  }
  std::vector<std::int64_t> all_to_all_counts(Counts counts, int per_rank) override {
    return inner_.all_to_all_counts(counts, per_rank);
  }
  void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                       Counts receive_rows) override {
    inner_.all_to_all_rows(send, send_rows, receive, receive_rows);
  }
  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override {
    return inner_.start_all_to_all_rows(std::move(send), send_rows, std::move(receive),
                                        receive_rows);
  }
  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override {
    inner_.all_gather_rows(mine, all, rows);
  }
  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override {
    inner_.reduce_scatter_rows(all, mine, rows);
  }
  void broadcast(Tensor& x, Rank root) override { inner_.broadcast(x, root); }
  void broadcast(std::string& text, Rank root) override { inner_.broadcast(text, root); }
  void barrier() override { inner_.barrier(); }
  std::unique_ptr<Communicator> split(int color, std::string name) override {
    return inner_.split(color, std::move(name));
  }
  void progress() override { inner_.progress(); }

 protected:
  Communicator& inner() const { return inner_; }

 private:
  Communicator& inner_;
};

}  // namespace switchyard
