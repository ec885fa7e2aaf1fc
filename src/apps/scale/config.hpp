#pragma once
// What a study of scaling is asked for.

#include <string>
#include <vector>

#include "analysis/scaling/step_shape.hpp"
#include "train/config.hpp"

namespace switchyard {

/// How the work changes with the ranks.
enum class ScalingMode { weak, strong };
inline constexpr Choice<ScalingMode> scaling_mode_choices[] = {{ScalingMode::weak, "weak"},
                                                               {ScalingMode::strong, "strong"}};

/// Which grids of a number of ranks are shown.
enum class GridChoice { largest_ep, fastest, all };
inline constexpr Choice<GridChoice> grid_choices[] = {{GridChoice::largest_ep, "largest-ep"},
                                                      {GridChoice::fastest, "fastest"},
                                                      {GridChoice::all, "all"}};

struct ScaleConfig {
  std::string machine = "dgx-a100";
  std::string machines = "configs/machines";
  std::string measured;
  std::string comm;
  std::vector<int> ranks = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};
  GridChoice grids = GridChoice::largest_ep;
  ScalingMode mode = ScalingMode::weak;
  std::vector<int> batches;
  std::vector<int> expert_counts;
  int classes = 10;
  double overload = 1;
  std::vector<int> leave_out;
  bool messages = false;
  std::string json;
  std::string csv;
  TrainConfig training;
};

template <class Visitor>
void visit(Visitor& v, ScaleConfig& c) {
  v.group("Scaling");
  v.field("machine", c.machine, "description: a file, or a name in --machines", "NAME");
  v.field("machines", c.machines, "folder of descriptions", "FOLDER");
  v.field("measured", c.measured,
          "profiled runs that the model is fitted to, with commas: run folders, and folders of "
          "launch/scaling; none: the description alone",
          "FOLDERS");
  v.field("comm", c.comm, "file of bench comm --json, for latency and bandwidth", "FILE");
  v.field("ranks", c.ranks, "numbers of ranks", Range{1, 65536}, "ranks");
  v.field("grids", c.grids, "which of a number of ranks; --ep N: that one", grid_choices);
  v.field("mode", c.mode, "weak: --batch is that of the fewest ranks, and grows with them",
          scaling_mode_choices);
  v.field("batches", c.batches, "several instead of --batch", at_least(1), "images");
  v.field("expert-counts", c.expert_counts, "several instead of --experts", at_least(1));
  v.field("classes", c.classes, "of the data set", at_least(2));
  v.field("overload", c.overload, "rows of the rank with most over the mean; 1: balanced",
          at_least(1));
  v.field("leave-out", c.leave_out,
          "predict the measured points of these numbers of ranks from the others; none: each point "
          "once from all others",
          at_least(1), "ranks");
  v.field("messages", c.messages, "in --json also every message of a step");
  v.field("json", c.json, "file for everything", "FILE");
  v.field("csv", c.csv, "file for the table", "FILE");
  visit(v, c.training);
}

/// The part of a training's configuration that its steps' time depends on.
StepShape shape_of(const TrainConfig& training, int classes);

}  // namespace switchyard
