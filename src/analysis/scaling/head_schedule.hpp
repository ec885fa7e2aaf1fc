#pragma once
// The part of a step's schedule between features and logits, and the way back.

#include <functional>

#include "analysis/scaling/schedule_builder.hpp"

namespace switchyard {

void add_head_forward(ScheduleBuilder& schedule, const StepShape& shape, const GridShape& grid,
                      double overload);
/// `experts_done` is called where the gradients of the experts' parameters are complete.
void add_head_backward(ScheduleBuilder& schedule, const StepShape& shape, const GridShape& grid,
                       double overload, const std::function<void()>& experts_done);

}  // namespace switchyard
