#pragma once
// A group of ranks and what they exchange. Interface only: self (one rank), mpi, and for tensors on
// CUDA devices staged and nccl implement it.
//
// All members of a group make the same calls in the same order. Every wait has a deadline: when
// it passes, the call throws an Error naming the operation, its sequence number, the counts and
// the ranks that did not get there. After such an Error the group is of no more use, and buffers
// of the exchange may still be written to: end the launch with MpiSession::abort.
// Reductions run in an order fixed by the group, so the same call on the same group gives the
// same bits, and the same bits on every rank. Tensors are f32, f64, bf16 or i64, those that
// are only moved of any type, and do not overlap. They lie in host memory; groups for
// devices take tensors of device memory too, and then order an exchange by the device's stream:
// a call or wait returns once the exchange is enqueued, not once it is done. Zero rows and zero
// counts are normal.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "device/tensor.hpp"

namespace switchyard {

/// An exchange under way. It shares its tensor: leave the elements alone until it is complete.
/// Requests of one group may be waited for in any order.
class Request {
 public:
  virtual ~Request() = default;
  /// True once complete; drives progress.
  virtual bool test() = 0;
  /// Blocks until complete, or throws at the deadline.
  virtual void wait() = 0;
};

using Counts = std::span<const std::int64_t>;

class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual Rank rank() const = 0;
  virtual int size() const = 0;
  /// "mpi world", "mpi expert-parallel 0-1": for messages.
  virtual const std::string& name() const = 0;

  /// How long waits of this group may last from now on, and of groups that are split from it later.
  virtual void set_deadline(std::chrono::milliseconds deadline) = 0;
  virtual std::chrono::milliseconds deadline() const = 0;

  /// x becomes the sum of all ranks' x.
  virtual void all_reduce_sum(Tensor& x) = 0;
  /// The same without waiting.
  virtual std::unique_ptr<Request> start_all_reduce_sum(Tensor x) = 0;

  /// Rank r's `counts` to everybody: every rank sends `per_rank` numbers to each rank;
  /// result[s * per_rank + i] came from rank s.
  virtual std::vector<std::int64_t> all_to_all_counts(Counts counts, int per_rank) = 0;
  /// Rows (first dimension) of `send`, grouped by destination as send_rows says, arrive in
  /// `receive` grouped by source as receive_rows says.
  virtual void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                               Counts receive_rows) = 0;
  /// The same without waiting. `send` must not change and `receive` not be read before the request
  /// is complete.
  virtual std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows,
                                                         Tensor receive, Counts receive_rows) = 0;
  /// Everybody's rows, in rank order; rows[r] is how many rank r gives.
  virtual void all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) = 0;
  /// The transpose: `mine` becomes the sum over ranks of the rows of `all` that are this rank's.
  virtual void reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) = 0;

  virtual void broadcast(Tensor& x, Rank root) = 0;
  virtual void broadcast(std::string& text, Rank root) = 0;
  virtual void barrier() = 0;

  /// The ranks that pass the same color (0 or more), ordered as in this group. A group of one is
  /// a self communicator.
  virtual std::unique_ptr<Communicator> split(int color, std::string name) = 0;

  /// Lets requests under way make progress.
  virtual void progress() = 0;
};

/// Copies a tensor's bytes onto another's.
using TensorCopy = std::function<void(const Tensor& from, Tensor& to)>;
/// That of host memory.
void copy_on_host(const Tensor& from, Tensor& to);

/// The group of one rank. `copy` is given for tensors of other memory than the host's.
std::unique_ptr<Communicator> make_self_communicator(std::string name = "self",
                                                     TensorCopy copy = copy_on_host);

/// Owns MPI between initialisation and finalisation. main() holds it; one a process.
///
/// Catch errors inside its scope, print them and call abort(): when an exception leaves the scope
/// the destructor ends all ranks with exit status 1 before any outer handler runs.
class MpiSession {
 public:
  /// `deadline`: how long any wait on another rank may last.
  MpiSession(int& argc, char**& argv, std::chrono::milliseconds deadline);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  /// All ranks of the launch; a group of one is a self communicator. Valid while the session is.
  Communicator& world();
  /// Ends all ranks at once with this exit status; for a rank that cannot go on.
  [[noreturn]] void abort(int exit_status);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace switchyard
