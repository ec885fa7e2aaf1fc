#pragma once
// How long a zone computes: a fixed part, and a part in proportion to its work on this rank.

#include "analysis/scaling/machine_description.hpp"
#include "analysis/scaling/step_shape.hpp"
#include "analysis/scaling/zone_table.hpp"

namespace switchyard {

struct LinearCost {
  double fixed = 0;     ///< seconds a step
  double per_unit = 0;  ///< seconds a unit of work
  double seconds(double units) const { return fixed + per_unit * units; }
};
using ZoneCosts = ZoneTable<LinearCost>;

/// A rank's work in one step, in units of each zone, alike for both passes of it: FLOPs of a
/// forward pass in backbone, router, experts and dense head; bytes that are moved in pack, unpack,
/// optimizer and gradient sync; samples, or rows for experts, in the others; 0 where a zone's work
/// does not depend on either. Rows are those of a balanced rank times `overload`.
ZoneTable<double> zone_work(const StepShape& shape, const GridShape& grid, double overload = 1);

/// Costs that follow from a machine's description alone: kernels of arithmetic take as long as
/// their FLOPs or their bytes do, others as long as their bytes, and each kernel its overhead.
ZoneCosts described_costs(const MachineDescription& machine, const StepShape& shape);

}  // namespace switchyard
