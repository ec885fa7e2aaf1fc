#include "train/config.hpp"

namespace switchyard {

MachineConfig machine_config(const ExecutionConfig& config) {
  return {.device = config.device,
          .precision = config.precision,
          .transport = config.communicator,
          .two_level = config.two_level,
          .fast_nondeterministic = config.fast_nondeterministic};
}

DistributedOptions distributed_options(const TrainConfig& config) {
  return {.precision = config.execution.precision,
          .ep = config.execution.ep,
          .overlap_degree = config.execution.overlap_degree,
          .norm_sync = config.execution.norm_sync,
          .seed = config.run.seed};
}

bool records_steps(Graphs graphs, Machine& machine) {
  if (graphs != Graphs::automatic) return graphs == Graphs::on;
  return machine.backend().allocator().memory() == MemoryKind::cuda;
}

}  // namespace switchyard
