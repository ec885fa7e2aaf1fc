#pragma once
// A group of ranks under MPI, and one exchange within it: started without blocking, waited for by
// polling until it is complete or the deadline has passed.

#include <functional>

#include "comm/mpi_watch.hpp"

namespace switchyard {

struct MpiGroup {
  MpiComm comm;
  Rank rank;
  std::string name;
  std::vector<int> members;  ///< world ranks, in group order
  std::chrono::milliseconds deadline;
  std::shared_ptr<MpiWatch> watch;
  std::int64_t sequence = 0;                             ///< calls started so far
  std::vector<std::shared_ptr<const void>> abandoned{};  ///< what dropped requests kept

  int size() const { return static_cast<int>(members.size()); }
};

class MpiExchange : public Request {
 public:
  /// Takes the group's next sequence number. `operation` and `counts` are for messages; `kept`,
  /// all that MPI reads and writes, stays alive as long as the exchange is under way.
  MpiExchange(std::shared_ptr<MpiGroup> group, std::string operation, std::string counts,
              std::shared_ptr<const void> kept = {});
  ~MpiExchange() override;
  MpiExchange(const MpiExchange&) = delete;
  MpiExchange& operator=(const MpiExchange&) = delete;

  /// Starts one MPI operation, which returns an MPI error code; an exchange may have several.
  void start(const std::function<int(MPI_Comm, MPI_Request*)>& operation);
  bool test() override;
  void wait() override;

 private:
  void check(int code);
  [[noreturn]] void fail_with(std::string_view problem);

  std::shared_ptr<MpiGroup> group_;
  MpiCall call_;
  std::shared_ptr<const void> kept_;
  std::vector<MPI_Request> requests_;
};

}  // namespace switchyard
