#pragma once
// What an inference benchmark is asked for.

#include <cstdint>
#include <string>

#include "train/config.hpp"

namespace switchyard {

struct InferenceBenchConfig {
  std::string run;  ///< folders of trained runs; empty: initial weights, images of noise
  std::string checkpoint = "best";
  std::string heads = "auto";
  std::int64_t batch = 32;
  int warmup = 5;
  int repeats = 20;
  std::string json;
  TrainConfig training;  ///< of the runs; model, execution and profile can be changed
};

template <class Visitor>
void visit(Visitor& v, InferenceBenchConfig& c) {
  v.group("Benchmark");
  v.field(
      "heads", c.heads,
      "to measure in turn: of dense, soft, sparse and hard, with commas; auto: those of several "
      "runs, else all",
      "LIST");
  v.field("batch", c.batch, "global batch size, over all ranks", at_least(1), "images");
  v.field("warmup", c.warmup, "passes of each head before those that are timed", at_least(0));
  v.field("repeats", c.repeats, "passes of each head that are timed", at_least(1));
  v.field("run", c.run,
          "run folders whose trained weights to take, one of each head at most, with commas; model "
          "and test images are those of the first, and other heads have initial weights",
          "FOLDERS");
  v.field(
      "checkpoint", c.checkpoint,
      "of each run: best or last; of a single one also a checkpoint's folder, or a .safetensors "
      "file",
      "best|last|PATH");
  v.field("json", c.json, "file for all figures and times", "FILE");
  ModelConfig& model = c.training.model;
  v.group("Model");
  v.field("width", model.width, "channels of the first ResNet-18 stage; 64 is full size",
          at_least(1));
  v.field("dense-hidden", model.head.dense_hidden, "hidden units of the dense head", at_least(1));
  v.field("experts", model.head.experts, "experts of a mixture", at_least(1));
  v.field("expert-hidden", model.head.expert_hidden, "hidden units of one expert", at_least(1));
  v.field("k", model.head.k, "experts a sample is sent to (sparse head)", at_least(1));
  visit(v, c.training.execution);
  visit(v, c.training.profile);
}

}  // namespace switchyard
