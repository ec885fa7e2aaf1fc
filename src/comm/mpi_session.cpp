// MPI's initialisation and end.

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <utility>

#include "comm/mpi_communicator.hpp"

namespace switchyard {
namespace {

// MPI's own start and end wait for every rank without a deadline, and MPI cannot tell for whom. If
// one of them outlasts `patience`, this process ends as failed, and its launcher ends the others.
class Impatience {
 public:
  Impatience(std::chrono::milliseconds patience, std::string problem)
      : watch_([patience, problem = std::move(problem)](std::stop_token done) {
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any ended;
          ended.wait_for(lock, done, patience, [] { return false; });
          if (done.stop_requested()) return;
          const double waited = std::chrono::duration<double>(patience).count();
          std::fputs(fmt::format("waited {:.1f} s {}\n", waited, problem).c_str(), stderr);
          std::fflush(nullptr);
          std::_Exit(static_cast<int>(ExitCode::run_failed));
        }) {}

 private:
  std::jthread watch_;
};

void start_mpi(int& argc, char**& argv) {
  int initialized = 0;
  MPI_Initialized(&initialized);
  SY_REQUIRE(!initialized, ExitCode::run_failed,
             "MPI has been started already; one session a process");
  int level = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level), "start");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  SY_REQUIRE(level >= MPI_THREAD_FUNNELED, ExitCode::run_failed,
             "this MPI library does not allow threads beside MPI calls; install one that offers "
             "MPI_THREAD_FUNNELED");
}

std::unique_ptr<Communicator> make_world(std::chrono::milliseconds deadline) {
  auto watch = std::make_shared<MpiWatch>();
  if (watch->size() == 1) {
    auto alone = make_self_communicator();
    alone->set_deadline(deadline);  // for MPI's end, which also a lone rank waits for
    return alone;
  }
  MPI_Comm copy = MPI_COMM_NULL;
  check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &copy), "duplicate the world communicator");
  std::vector<int> members(watch->size());
  std::iota(members.begin(), members.end(), 0);
  const Rank rank{watch->rank()};
  MpiGroup group{MpiComm(copy), rank, "mpi world", std::move(members), deadline, std::move(watch)};
  return std::make_unique<MpiCommunicator>(std::make_shared<MpiGroup>(std::move(group)));
}

[[noreturn]] void end_all_ranks(int exit_status) {
  std::fflush(nullptr);
  MPI_Abort(MPI_COMM_WORLD, exit_status);
  std::_Exit(exit_status);
}

}  // namespace

struct MpiSession::State {
  int exceptions_at_start = std::uncaught_exceptions();
  std::unique_ptr<Communicator> world;
};

MpiSession::MpiSession(int& argc, char**& argv, std::chrono::milliseconds deadline)
    : state_(std::make_unique<State>()) {
  SY_REQUIRE(deadline.count() > 0, ExitCode::bad_usage,
             "the deadline of waits is {} ms (more than 0 is needed)", deadline.count());
  Impatience start(deadline,
                   "for MPI to start: another rank has stopped or died before it could begin. Look "
                   "at the processes of this launch, and start it again");
  start_mpi(argc, argv);
  state_->world = make_world(deadline);
}

MpiSession::~MpiSession() {
  if (std::uncaught_exceptions() > state_->exceptions_at_start) end_all_ranks(1);
  const auto patience = state_->world->deadline();
  const Rank rank = state_->world->rank();
  try {
    // Says who is missing, which MPI_Finalize cannot.
    state_->world->barrier();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    end_all_ranks(1);
  }
  state_.reset();
  Impatience end(patience, fmt::format("on rank {} for MPI to end: all ranks have done their work, "
                                       "but one has stopped or died since. Look at that process",
                                       rank.value));
  MPI_Finalize();
}

Communicator& MpiSession::world() {
  return *state_->world;
}

void MpiSession::abort(int exit_status) {
  end_all_ranks(exit_status);
}

}  // namespace switchyard
