// switchyard: the program. See commands.hpp for what it can do.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>
#include <system_error>

#include "apps/switchyard/commands.hpp"
#include "base/build_info.hpp"
#include "base/nearest.hpp"

namespace {

using namespace switchyard;

constexpr std::string_view kUsage =
    R"(switchyard - trains Mixture-of-Experts image classifiers, rank by rank

usage: [mpirun -n RANKS] switchyard COMMAND [--key value ...]

commands:
  train     train a classifier on one rank or many
  eval      measure a trained classifier
  curvature measure its loss surface: eigenvalues, trace, density, landscape
  routing   measure where a mixture sends images: load, classes of experts, ablation
  bench     measure this machine: inference of each head, dispatch, collectives
  data      synth: draw the synthetic data set; info: describe a data set
  inspect   describe a run, a checkpoint or a safetensors file
  scale     predict step times on other grids and machines

switchyard COMMAND --help lists a command's options with defaults and units.
)";

// Commands that need no MPI run in one process; below mpirun, or srun with PMIx, that is rank 0.
bool is_spare_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK"})
    if (const char* rank = std::getenv(name)) return std::string_view(rank) != "0";
  return false;
}

ExitCode dispatch(int& argc, char**& argv) {
  if (argc < 2) {
    if (is_spare_rank()) return ExitCode::bad_usage;
    std::fputs(kUsage.data(), stderr);
    return ExitCode::bad_usage;
  }
  std::string command = argv[1];
  Words words(argv + 2, argv + argc);
  if (command == "train") return train_command(argc, argv, words);
  if (command == "eval") return eval_command(argc, argv, words);
  if (command == "curvature") return curvature_command(argc, argv, words);
  if (command == "routing") return routing_command(argc, argv, words);
  if (command == "bench") return bench_command(argc, argv, words);
  if (is_spare_rank()) return ExitCode::done;
  if (command == "data") return data_command(words);
  if (command == "inspect") return inspect_command(words);
  if (command == "scale") return scale_command(words);
  if (command == "--help" || command == "-h" || command == "help") {
    std::fputs(kUsage.data(), stdout);
    return ExitCode::done;
  }
  if (command == "--version") {
    BuildInfo build = build_info();
    fmt::print("switchyard {} ({}, {})\n", build.version, build.git_hash, build.compiler);
    return ExitCode::done;
  }
  std::vector<std::string> commands = {"train", "eval", "curvature", "routing",
                                       "bench", "data", "inspect",   "scale"};
  std::string nearest = nearest_name(command, commands);
  fail(ExitCode::bad_usage,
       fmt::format("there is no command '{}'; {}", command,
                   nearest.empty() ? "see switchyard --help" : "did you mean '" + nearest + "'?"));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    ExitCode code = dispatch(argc, argv);
    SY_REQUIRE(std::fflush(stdout) == 0, ExitCode::run_failed,
               "cannot write standard output ({}); is the disk full?", std::strerror(errno));
    return static_cast<int>(code);
  } catch (const Error& error) {
    fmt::print(stderr, "switchyard: {}\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::system_error& error) {
    fmt::print(stderr, "switchyard: {}\n", error.what());
    return static_cast<int>(ExitCode::run_failed);
  } catch (const std::exception& error) {
    fmt::print(stderr, "switchyard: unexpected failure ({}); please report it\n", error.what());
    return static_cast<int>(ExitCode::run_failed);
  }
}
