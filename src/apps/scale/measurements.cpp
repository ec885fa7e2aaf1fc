#include "apps/scale/measurements.hpp"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "apps/scale/config.hpp"
#include "apps/scale/json_file.hpp"
#include "apps/scale/merge_points.hpp"
#include "apps/scale/profile_point.hpp"
#include "base/config/config.hpp"
#include "base/config/value_text.hpp"
#include "base/split.hpp"
#include "parallel/grid.hpp"
#include "train/run_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr double kSecondsOfMillisecond = 1e-3;

// What a training was asked for.
struct Asked {
  StepShape shape;
  int ep = 0;  // 0: switchyard chose
};

Asked asked_for(const std::vector<std::string>& words, int classes) {
  TrainConfig training;
  read_config(training, words);
  return {shape_of(training, classes), training.execution.ep};
}

MeasuredPoint read_run(const fs::path& folder, int classes) {
  const RunFolder run(folder);
  const fs::path file = run.profile("train") / "profile.json";
  SY_REQUIRE(fs::exists(file), ExitCode::bad_data,
             "{} holds neither a profiled run nor a sweep (there is no {}, and no results.json); "
             "measure with switchyard train --profile, or with launch/scaling",
             folder.string(), file.string());
  const auto [shape, ep] = asked_for({"--config", run.config_file().string()}, classes);
  const int ranks = ranks_of_profile(file);
  return read_profile_point(file, shape,
                            {ranks, choose_expert_parallel(ep, ranks, shape.model.head)});
}

int ep_of(const std::string& grid, const fs::path& folder) {
  const auto ep = parse_number<int>(grid.substr(grid.find('x') + 1));
  SY_REQUIRE(ep && *ep > 0, ExitCode::bad_data,
             "the results in {} have a grid '{}' (expected DPxEP, as in 2x1); sweep anew",
             folder.string(), grid);
  return *ep;
}

void read_sweep(const fs::path& folder, int classes, Measurements& found) {
  read_json_file(folder / "results.json", "results file of launch/scaling", [&](const Json& sweep) {
    const auto words = sweep.at("settings").at("arguments").get<std::vector<std::string>>();
    for (const Json& entry : sweep.at("points")) {
      StepShape shape = asked_for(words, classes).shape;
      shape.batch = entry.at("batch").get<std::int64_t>();
      const GridShape grid{entry.at("ranks").get<int>(),
                           ep_of(entry.at("grid").get<std::string>(), folder)};
      if (entry.at("oversubscribed").get<bool>()) {
        found.oversubscribed.push_back(describe(shape, grid));
        continue;
      }
      for (const Json& repeat : entry.at("repeats"))
        found.points.push_back(
            read_profile_point(folder / repeat.at("profile").get<std::string>(), shape, grid));
    }
  });
}

Collective operation_of(const std::string& name) {
  for (const auto& choice : collective_choices)
    if (choice.name == name) return choice.value;
  return Collective::all_to_all_rows;  // the benchmark's all_to_all and all_to_all_v
}

}  // namespace

Measurements read_measurements(const std::string& folders, int classes) {
  Measurements found;
  for (const std::string& folder : split_list(folders)) {
    if (fs::exists(fs::path(folder) / "results.json"))
      read_sweep(folder, classes, found);
    else
      found.points.push_back(read_run(folder, classes));
  }
  SY_REQUIRE(!found.points.empty() || found.oversubscribed.empty(), ExitCode::bad_data,
             "all that {} holds was measured with more threads than cores or more ranks than GPUs "
             "({}), which says nothing of the machine; measure on fewer ranks",
             folders, fmt::join(found.oversubscribed, "; "));
  found.points = merge_points(found.points);
  return found;
}

std::vector<MeasuredCall> read_comm_benchmark(const std::string& file) {
  std::vector<MeasuredCall> calls;
  if (file.empty()) return calls;
  read_json_file(file, "file of bench comm --json", [&](const Json& bench) {
    const int ranks = bench.at("ranks").get<int>(), hosts = bench.at("hosts").get<int>();
    const Json& tables = bench.at("tables");
    for (const Json& table : tables) {
      if (table.at("communicator") != tables.front().at("communicator")) continue;
      for (const Json& row : table.at("rows")) {
        const Json& times = row.at("device").is_null() ? row.at("host") : row.at("device");
        calls.push_back({operation_of(table.at("collective").get<std::string>()),
                         {ranks, std::max(1, ranks / hosts)},
                         row.at("size").get<double>(),
                         times.at("median_ms").get<double>() * kSecondsOfMillisecond});
      }
    }
  });
  for (const MeasuredCall& call : calls)
    SY_REQUIRE(call.seconds > 0 && call.bytes > 0, ExitCode::bad_data,
               "{} has a call of {} bytes in {} s; measured ones have more of both", file,
               call.bytes, call.seconds);
  return calls;
}

}  // namespace switchyard
