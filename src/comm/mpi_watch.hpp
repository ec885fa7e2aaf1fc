#pragma once
// Who waits where: ranks tell one another what they wait for, so that a rank whose deadline has
// passed can name those that did not arrive.
//
// The talk runs over a communicator of its own, beside the exchanges. A rank past its deadline
// queries every other rank; ranks that wait, or call progress(), answer with the call they are in.

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "comm/mpi_handle.hpp"

namespace switchyard {

/// One collective call of this rank.
struct MpiCall {
  std::string group;
  std::string operation;
  std::int64_t sequence = 0;  ///< position among the group's calls, from 1
  std::string counts;         ///< "3 4 rows out, 2 2 in"; empty where there is nothing to count

  /// "all_reduce_sum #17 of mpi world (10 f32)"
  std::string text() const;
};

class MpiWatch {
 public:
  /// Collective over MPI_COMM_WORLD: learns the host and process of every rank.
  MpiWatch();

  /// "rank 2 (host node1, pid 4711)", by world rank.
  std::string describe(int rank) const;
  int rank() const { return rank_; }
  int size() const { return size_; }

  /// This rank now waits in `call`; `started` is the last call it has started in that group.
  void begin_wait(const MpiCall& call, std::int64_t started);
  void end_wait() { status_.waiting = false; }

  /// Hears what has come in and answers queries; never blocks. Drives MPI's progress.
  void answer();
  /// Queries all ranks about the wait under way and says which of `members` (world ranks) have
  /// not arrived, and where they are instead. Takes at most two seconds.
  std::string diagnose(std::span<const int> members);

 private:
  struct Identity {
    char host[64];
    std::int64_t pid;
  };
  /// What a rank tells another, sent as bytes.
  struct Status {
    char group[64];
    char operation[32];
    char counts[160];
    std::int64_t sequence;
    std::int64_t started;
    bool waiting;
    bool query;  ///< wants an answer
  };
  struct Letter {
    Status status;
    MPI_Request request;
  };

  void send(int to, bool query);
  bool hear_from_all(std::span<const int> members) const;
  /// What `rank` does instead of arriving; empty when it is in the same call.
  std::string absence(int rank) const;

  int rank_;
  int size_;
  MpiComm comm_;
  std::vector<Identity> identities_;
  Status status_{};
  std::map<int, Status> heard_;  ///< the last word of each rank
  std::set<int> answered_;       ///< since this rank's own query
  std::list<Letter> outgoing_;   ///< until MPI has taken them
};

}  // namespace switchyard
