#include "analysis/scaling/machine_description.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/config/config_file.hpp"
#include "base/nearest.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".cfg";

std::vector<std::string> known_machines(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == kEnding) names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

fs::path file_of(const std::string& named, const fs::path& folder) {
  if (fs::is_regular_file(named)) return named;
  const fs::path file = folder / (named + kEnding);
  if (fs::is_regular_file(file)) return file;
  SY_REQUIRE(fs::is_directory(folder), ExitCode::bad_usage,
             "there is no machine '{}': it is no file, and there is no folder {}; name the folder "
             "of descriptions with --machines",
             named, folder.string());
  const std::vector<std::string> known = known_machines(folder);
  const std::string nearest = nearest_name(named, known);
  fail(ExitCode::bad_usage,
       fmt::format("there is no machine '{}': it is no file, and {} has {}; {}", named,
                   folder.string(),
                   known.empty() ? std::string("none") : fmt::format("{}", fmt::join(known, ", ")),
                   nearest.empty() ? "name one of these, or a file like them"
                                   : "did you mean '" + nearest + "'?"));
}

}  // namespace

Links MachineDescription::links() const {
  return {.node = {link_latency * 1e-6, link_bandwidth * 1e9},
          .network = {network_latency * 1e-6, network_bandwidth * 1e9},
          .call = call_overhead * 1e-6};
}

double MachineDescription::flops(Precision precision) const {
  const double peak = precision == Precision::f32    ? peak_f32
                      : precision == Precision::tf32 ? peak_tf32
                      : precision == Precision::bf16 ? peak_bf16
                                                     : peak_f64;
  SY_REQUIRE(peak > 0, ExitCode::bad_usage,
             "machine '{0}' states no peak-{1}; choose another --precision, or add the figure",
             name, name_of(precision, precision_choices));
  return peak * compute_efficiency * 1e12;
}

MachineDescription load_machine(const std::string& named, const fs::path& folder) {
  const fs::path file = file_of(named, folder);
  MachineDescription machine;
  const std::vector<Field> fields = fields_of(machine);
  try {
    read_config_file(fields, file.string());
  } catch (const Error& error) {
    fail(ExitCode::bad_usage, fmt::format("this is no description of a machine ({}); those in "
                                          "configs/machines show what belongs into one",
                                          error.what()));
  }
  for (const Field& field : fields)
    SY_REQUIRE(field.name.starts_with("peak-") || field.print() != "0", ExitCode::bad_usage,
               "{} does not state {} ({}); add a line '{} = ...'", file.string(), field.name,
               field.help, field.name);
  machine.name = file.stem().string();
  return machine;
}

}  // namespace switchyard
