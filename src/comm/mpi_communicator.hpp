#pragma once
// A Communicator over MPI, for groups of two and more.
//
// Sums: all_reduce_sum is MPI_Iallreduce, whose schedule Open MPI's libnbc fixes from the size of
// the group and the count alone; every rank's result comes out of the same additions up to the
// order of the two operands, so all ranks hold the same bits, run after run.
// reduce_scatter_rows adds in rank order.

#include "comm/mpi_exchange.hpp"

namespace switchyard {

class MpiCommunicator : public Communicator {
 public:
  explicit MpiCommunicator(std::shared_ptr<MpiGroup> group);

  Rank rank() const override { return group_->rank; }
  int size() const override { return group_->size(); }
  const std::string& name() const override { return group_->name; }

  void set_deadline(std::chrono::milliseconds deadline) override { group_->deadline = deadline; }
  std::chrono::milliseconds deadline() const override { return group_->deadline; }
  void all_reduce_sum(Tensor& x) override;
  std::unique_ptr<Request> start_all_reduce_sum(Tensor x) override;
  std::vector<std::int64_t> all_to_all_counts(Counts counts, int per_rank) override;
  void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                       Counts receive_rows) override;
  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override;
  void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) override;
  void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) override;
  void broadcast(Tensor& x, Rank root) override;
  void broadcast(std::string& text, Rank root) override;
  void barrier() override;
  std::unique_ptr<Communicator> split(int color, std::string name) override;
  void progress() override { group_->watch->answer(); }

 private:
  std::unique_ptr<Request> start_exchange(const char* operation, Tensor send, Counts send_rows,
                                          Tensor receive, Counts receive_rows);

  std::shared_ptr<MpiGroup> group_;
  std::shared_ptr<Allocator> scratch_;
};

}  // namespace switchyard
