#include "apps/launch.hpp"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sstream>
#include <thread>

#include "base/config/config_file.hpp"

namespace switchyard {
namespace {

constexpr std::chrono::seconds kStartDeadline{25};

// Logs the error, and says whether all ranks have failed alike (as they do for bad usage). Then
// rank 0 speaks for all, and they can leave together: an abort would bury its words below the
// launcher's.
bool have_failed_alike(Logger& log, Communicator& world, const Error& error) {
  const bool alike = error.agreed() || error.code() == ExitCode::bad_usage;
  if (!alike || world.rank().value == 0) {
    log.error("{}", error.what());
    log.debug("raised at {}", error.origin());
  }
  if (!alike) return false;
  try {
    world.barrier();
    return true;
  } catch (const Error& lonely) {
    log.error("{} (this rank had failed before: {})", lonely.what(), error.what());
    return false;
  }
}

// Assigns what resolved_text() wrote.
void assign_resolved(std::span<const Field> fields, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    auto equals = line.find(" = ");
    if (line.starts_with('#') || equals == std::string::npos) continue;
    assign_field(fields, line.substr(0, equals), line.substr(equals + 3), "rank 0's config");
  }
}

int cores_allowed() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

// Ranks on this host, as Open MPI, Slurm and MPICH's launchers say.
int ranks_on_host() {
  for (const char* name :
       {"OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE", "MPI_LOCALNRANKS"})
    if (const char* value = std::getenv(name)) return std::max(1, std::atoi(value));
  return 1;
}

}  // namespace

ExitCode run_on_all_ranks(int& argc, char**& argv,
                          const std::function<ExitCode(const Launch&)>& work) {
  MpiSession session(argc, argv, kStartDeadline);
  Logger log(session.world().rank(), standard_error());
  ExitCode failure = ExitCode::run_failed;
  try {
    return work({session.world(), log});
  } catch (const Error& error) {
    failure = error.code();
    if (have_failed_alike(log, session.world(), error)) return failure;
  } catch (const std::bad_alloc&) {
    log.error("out of host memory; use a smaller model or --batch, or fewer ranks on this host");
  } catch (const std::exception& error) {
    log.error("unexpected failure ({}); please report it", error.what());
  }
  if (session.world().size() == 1) return failure;
  session.abort(static_cast<int>(failure));
}

bool read_shared_arguments(const Launch& launch, std::span<const Field> fields,
                           const std::vector<std::string>& words, std::string_view usage) {
  // The first character tells what follows: the config, a failure's message, or a call for help.
  std::string message;
  if (launch.world.rank().value == 0) try {
      bool help = read_arguments(fields, words).help;
      message = help ? std::string("h") : 'c' + resolved_text(fields);
      if (help) fmt::print("{}\n{}", usage, help_text(fields));
    } catch (const Error& error) {
      message = std::string("e") + error.what();
    }
  launch.world.broadcast(message, Rank{0});
  if (message.front() == 'e') fail(ExitCode::bad_usage, message.substr(1));
  if (message.front() == 'h') return false;
  if (launch.world.rank().value != 0) assign_resolved(fields, message.substr(1));
  return true;
}

void use_threads(int asked) {
  if (asked == 0 && std::getenv("OMP_NUM_THREADS")) return;
  // A launcher that binds ranks to cores has divided them already.
  int cores = std::min(cores_allowed(), std::max(1, omp_get_num_procs()));
  int host = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  int share = cores < host ? cores : std::max(1, host / ranks_on_host());
  omp_set_num_threads(asked > 0 ? asked : share);
}

}  // namespace switchyard
