#pragma once
// Folders of profiled runs, written by hand.

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "support/temp_folder.hpp"

namespace switchyard::test {

/// A profile of two ranks on one computer: a step of 10 ms, recorded or not, of which backbone 4 ms
/// and norm sync 3 ms, 2 ms of these exposed in a call of 8000 bytes that transfers for 20 us.
inline nlohmann::json profile_of_two() {
  auto zone = [](const char* name, const char* pass, double seconds) {
    return nlohmann::json{
        {"zone", name}, {"pass", pass}, {"per_rank", {{{"mean", seconds}}, {{"mean", seconds}}}}};
  };
  nlohmann::json call = {{"operation", "all_reduce"},
                         {"group", "mpi world"},
                         {"zone", "batch-norm sync"},
                         {"pass", "forward"},
                         {"started", false},
                         {"bytes", {{"median", 8000}}},
                         {"transferring_per_call", 20e-6},
                         {"per_rank", {{{"exposed", 2e-3}}, {{"exposed", 2e-3}}}}};
  nlohmann::json overlapping = call;
  overlapping["started"] = true;
  overlapping["zone"] = "gradient sync";
  return {
      {"ranks", {{{"host", "here"}}, {{"host", "here"}}}},
      {"steps", {{"kind", "training step"}}},
      {"step", {{"per_rank", {{{"mean", 9e-3}}, {{"mean", 11e-3}}}}}},
      {"zones",
       {zone("backbone", "forward", 4e-3), zone("batch-norm sync", "forward", 3e-3),
        zone("checkpoint", "forward", 9.0)}},
      {"collectives", {call, overlapping}},
      {"communication", {{"per_rank", {{{"exposed_waiting", 1e-3}}, {{"exposed_waiting", 0}}}}}},
      {"experts", {{{"overload", 1.25}}}},
      {"overhead", {{"timed", {{"steps", 4}, {"median", 10e-3}}}}}};
}

/// With other times, the same on both ranks and of steps that are not recorded.
inline nlohmann::json profile_of_two(double step, double backbone) {
  nlohmann::json profile = profile_of_two();
  profile["overhead"]["timed"]["median"] = step;
  for (std::size_t rank : {0, 1}) {
    profile["step"]["per_rank"][rank]["mean"] = step;
    profile["zones"][0]["per_rank"][rank]["mean"] = backbone;
  }
  return profile;
}

/// The folder of such a run.
inline void write_run(const std::filesystem::path& folder, const nlohmann::json& profile,
                      const std::string& config) {
  std::filesystem::create_directories(folder / "profile" / "train");
  write_file(folder / "config.cfg", config);
  write_file(folder / "profile" / "train" / "profile.json", profile.dump());
}

}  // namespace switchyard::test
