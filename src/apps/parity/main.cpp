// parity: how far this program's numbers are from reference ones, quantity by quantity.
//
// Exit status: 0 all within tolerance; 1 some not, or nothing was checked; 2 bad usage; 3 a fixture
// that cannot be read.

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "apps/launch.hpp"
#include "apps/parity/checks.hpp"
#include "apps/parity/kinks.hpp"
#include "apps/parity/options.hpp"

namespace switchyard::parity {
namespace {

constexpr const char* kUsage =
    "usage: [mpirun -n RANKS] parity [options] PATH...\n\n"
    "Compares with the reference results at each PATH: a folder of fixtures, one fixture file, or\n"
    "a case (folder/w4_dense for folder/w4_dense.*). Batch and experts are sharded over the "
    "ranks.\n"
    "One line a quantity: name, error relative to the norm, tolerance, PASS or FAIL.\n"
    "A fixture that float fails is run again with ReLU's branches taken as in double, for at an\n"
    "input within rounding of 0 they may differ; standard error says where.\n";

// Runs in double first, then in float with ReLU's branches taken as in double.
void check_along_double(const Fixture& fixture, const Options& options,
                        switchyard::Machine& machine, Report& report) {
  KinkLog log;
  Communicator& world = machine.world();
  Report unused(world);
  auto recorder = make_kink_backend(machine.backend(), KinkUse::record, log);
  check_fixture(fixture, {*recorder, DType::f64, world, options.ep}, unused);
  auto replayer = make_kink_backend(machine.backend(), KinkUse::replay, log);
  check_fixture(fixture, {*replayer, DType::f32, world, options.ep}, report);
  if (log.changed > 0)
    fmt::print(stderr,
               "{}: rank {} met {} ReLU inputs so close to 0 that float takes the other branch; "
               "judged with the branches that double takes\n",
               fixture.label(), world.rank().value, log.changed);
}

ExitCode check(const Options& options, switchyard::Machine& machine) {
  Communicator& world = machine.world();
  Report report(world);
  for (const auto& path : find_fixtures(options.paths)) {
    Fixture fixture(path);
    check_fixture(fixture, {machine.backend(), options.dtype, world, options.ep}, report);
    if (options.dtype == DType::f32 && !options.strict && !report.passes()) {
      report.discard();
      check_along_double(fixture, options, machine, report);
    }
    report.judge();
  }
  SY_REQUIRE(report.checked() > 0, ExitCode::run_failed,
             "nothing was checked (the paths hold no *.eval, *.hvp, *.train, *.sgd or full-size "
             ".safetensors files); name a folder of fixtures");
  if (world.rank().value == 0)
    fmt::print(stderr, "{} quantities checked, {} beyond tolerance\n", report.checked(),
               report.failed());
  return report.failed() == 0 ? ExitCode::done : ExitCode::run_failed;
}

ExitCode run(const std::vector<std::string>& words, const Launch& launch) {
  Options options;
  Arguments arguments = read_config(options, words, Positionals::any);
  if (arguments.help) {
    if (launch.world.rank().value == 0) fmt::print("{}{}", kUsage, config_help<Options>());
    return ExitCode::done;
  }
  SY_REQUIRE(!arguments.positionals.empty(), ExitCode::bad_usage,
             "no PATH was given; name a folder of fixtures (see --help)");
  options.paths.assign(arguments.positionals.begin(), arguments.positionals.end());
  use_threads(0);
  auto machine =
      make_machine({.device = options.backend,
                    .precision = options.dtype == DType::f64 ? Precision::f64 : Precision::f32},
                   launch.world, launch.log);
  return check(options, *machine);
}

}  // namespace
}  // namespace switchyard::parity

int main(int argc, char** argv) {
  using namespace switchyard;
  const std::vector<std::string> words(argv + 1, argv + argc);
  return static_cast<int>(run_on_all_ranks(
      argc, argv, [&](const Launch& launch) { return parity::run(words, launch); }));
}
