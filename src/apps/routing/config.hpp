#pragma once
// What an analysis of routing is asked for.

#include <string>

#include "apps/trained_run.hpp"

namespace switchyard {

struct RoutingConfig : RunViewConfig {
  std::string folder;
  std::string against;
};

template <class Visitor>
void visit(Visitor& v, RoutingConfig& c) {
  v.group("Routing");
  v.field("out", c.folder, "folder of the results; empty: RUN/routing", "FOLDER");
  v.field("against", c.against,
          "run folders whose routing of the same images has been analysed, or folders of such "
          "results, with commas: how many images go to corresponding experts",
          "FOLDERS");
  visit(v, static_cast<RunViewConfig&>(c));
}

}  // namespace switchyard
