#pragma once
// How a command that runs on many ranks starts and ends.

#include <functional>
#include <string>
#include <vector>

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "comm/communicator.hpp"

namespace switchyard {

/// What a command's work is given.
struct Launch {
  Communicator& world;
  Logger& log;
};

/// Starts MPI, runs `work` and ends MPI. An Error on any rank ends all ranks with its exit status.
/// Where `work` failed alike on all ranks, as it does for bad usage, rank 0 alone logs the message
/// and every rank returns the status; other errors are logged where they are, and abort the launch.
ExitCode run_on_all_ranks(int& argc, char**& argv,
                          const std::function<ExitCode(const Launch&)>& work);

/// Rank 0 reads the words (and the config files they name); every rank gets the result. Returns
/// false if help was asked for and shown. Collective.
bool read_shared_arguments(const Launch& launch, std::span<const Field> fields,
                           const std::vector<std::string>& words, std::string_view usage);

template <class Config>
bool read_shared_config(const Launch& launch, Config& config, const std::vector<std::string>& words,
                        std::string_view usage) {
  return read_shared_arguments(launch, fields_of(config), words, usage);
}

/// Sets the number of OpenMP threads: `asked`, or this rank's part of the cores of its host.
void use_threads(int asked);

}  // namespace switchyard
