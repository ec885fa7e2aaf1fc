#pragma once
// What was measured of one run, as far as the model is fitted to it.

#include <string>
#include <vector>

#include "analysis/scaling/step_shape.hpp"
#include "analysis/scaling/zone_table.hpp"

namespace switchyard {

/// One kind of call: the time in which it transferred, without waiting for ranks that were late.
struct MeasuredCall {
  Collective operation = Collective::all_reduce;
  GroupLayout layout;
  double bytes = 0;
  double seconds = 0;
};

struct MeasuredPoint {
  std::string name;  ///< for people: its folder
  StepShape shape;
  GridShape grid;
  double step = 0;             ///< seconds
  ZoneTable<double> computed;  ///< seconds a step, of the mean rank, exchanges apart
  double waiting = 0;          ///< seconds a step, of the mean rank
  double overload = 1;         ///< rows of the rank with most over the mean
  std::vector<MeasuredCall> calls;
};

}  // namespace switchyard
