#include "apps/scale/config.hpp"

namespace switchyard {

StepShape shape_of(const TrainConfig& training, int classes) {
  StepShape shape;
  shape.model = training.model;
  shape.objective = training.objective;
  shape.batch = training.run.batch;
  shape.precision = training.execution.precision;
  shape.norm_sync = training.execution.norm_sync;
  shape.overlap_degree = training.execution.overlap_degree;
  shape.clip_norm = training.sgd.clip_norm;
  shape.model.classes = classes;
  validate(shape.model);
  return shape;
}

}  // namespace switchyard
