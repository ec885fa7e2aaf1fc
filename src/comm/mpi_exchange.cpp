#include "comm/mpi_exchange.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace switchyard {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Short waits are polled without a pause, as MPI moves data only while polled; longer ones leave
// the processor to other ranks and threads on the same cores.
constexpr auto kYieldFor = std::chrono::milliseconds(2);
constexpr auto kPause = std::chrono::microseconds(50);

}  // namespace

MpiExchange::MpiExchange(std::shared_ptr<MpiGroup> group, std::string operation, std::string counts,
                         std::shared_ptr<const void> kept)
    : group_(std::move(group)),
      call_{group_->name, std::move(operation), ++group_->sequence, std::move(counts)},
      kept_(std::move(kept)) {}

MpiExchange::~MpiExchange() {
  const bool pending =
      std::ranges::any_of(requests_, [](MPI_Request r) { return r != MPI_REQUEST_NULL; });
  if (pending) group_->abandoned.push_back(std::move(kept_));
}

void MpiExchange::check(int code) {
  if (code != MPI_SUCCESS) fail_with(fmt::format("failed: MPI says \"{}\"", mpi_error_text(code)));
}

void MpiExchange::fail_with(std::string_view problem) {
  MpiWatch& watch = *group_->watch;
  watch.begin_wait(call_, group_->sequence);
  std::string others;
  try {
    others = watch.diagnose(group_->members);
  } catch (const Error& error) {
    others = error.what();
  }
  fail(ExitCode::run_failed,
       fmt::format("{} in {} {}: {}. Look at the log of that rank, or allow longer waits if it is "
                   "merely slow",
                   watch.describe(watch.rank()), call_.text(), problem, others));
}

void MpiExchange::start(const std::function<int(MPI_Comm, MPI_Request*)>& operation) {
  requests_.push_back(MPI_REQUEST_NULL);
  check(operation(group_->comm.get(), &requests_.back()));
}

bool MpiExchange::test() {
  bool complete = true;
  for (MPI_Request& request : requests_) {
    int done = 0;
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
    complete = complete && done;
  }
  return complete;
}

void MpiExchange::wait() {
  group_->watch->begin_wait(call_, group_->sequence);
  const auto begin = Clock::now();
  while (!test()) {
    const auto waited = Clock::now() - begin;
    if (waited > group_->deadline) {
      fail_with(fmt::format("waited {:.1f} s, past the deadline of {:.1f} s",
                            Seconds(waited).count(), Seconds(group_->deadline).count()));
    }
    if (waited < kYieldFor) {
      sched_yield();
    } else {
      group_->watch->answer();
      std::this_thread::sleep_for(kPause);
    }
  }
  group_->watch->end_wait();
}

}  // namespace switchyard
