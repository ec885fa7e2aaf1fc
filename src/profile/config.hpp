#pragma once
// What a command's user says about profiling.

#include <string>

#include "base/config/field.hpp"

namespace switchyard {

struct ProfileConfig {
  std::string steps;  ///< "steps=A:B", see parse_profile_window(); empty: off

  bool on() const { return !steps.empty(); }
};

template <class Visitor>
void visit(Visitor& v, ProfileConfig& c) {
  v.group("Profile");
  v.field("profile", c.steps,
          "steps=A:B records where the time of steps A to B - 1 goes, rank by rank, and writes it "
          "to the folder profile/ of the run",
          "STEPS");
}

}  // namespace switchyard
