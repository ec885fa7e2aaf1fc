#pragma once
// What an analysis of routing is asked for.

#include <string>

#include "apps/trained_run.hpp"

namespace switchyard {

struct RoutingConfig {
  std::string checkpoint = "best";
  DataPart part = DataPart::test;
  std::string against;
  TrainConfig training;
};

template <class Visitor>
void visit(Visitor& v, RoutingConfig& c) {
  v.group("Routing");
  v.field("checkpoint", c.checkpoint,
          "best, last, a checkpoint's folder, or a .safetensors file with PyTorch names",
          "best|last|PATH");
  v.field("split", c.part, "images to measure on", data_part_choices);
  v.field("against", c.against,
          "run folders whose routing of the same images has been analysed, with commas: how many "
          "images go to corresponding experts",
          "FOLDERS");
  visit(v, c.training);
}

}  // namespace switchyard
