#include "apps/bench/comm_groups.hpp"

#include <utility>

#include "apps/bench/choice_list.hpp"
#include "machine/memory.hpp"

namespace switchyard {
namespace {

MachineConfig machine_of(MeasuredGroup which) {
  switch (which) {
    case MeasuredGroup::mpi:
      return {.device = DeviceKind::cpu};
    case MeasuredGroup::nccl:
      return {.device = DeviceKind::cuda, .transport = Transport::nccl};
    case MeasuredGroup::staged:
      return {.device = DeviceKind::cuda, .transport = Transport::staged};
    case MeasuredGroup::two_level:
      break;
  }
  return {.device = DeviceKind::cuda, .two_level = true};
}

bool is_one_host(Communicator& world) {
  return count_ranks(world, host_name()) == world.size();
}

OpenGroup open(MeasuredGroup which, const Launch& launch) {
  if (which == MeasuredGroup::two_level && is_one_host(launch.world))
    fail_everywhere(ExitCode::bad_usage,
                    "two-level cannot be measured (all ranks are on one host, where its rows go "
                    "directly); start ranks on several hosts");
  const std::string name(name_of(which, measured_group_choices));
  auto machine = make_machine(machine_of(which), launch.world, launch.log);
  Communicator& group = machine->world();
  return {name, std::move(machine), group};
}

}  // namespace

std::vector<MeasuredGroup> groups_here(const std::string& asked, bool on_devices) {
  if (asked == "all" && !on_devices) return {MeasuredGroup::mpi};
  const auto groups = parse_choices("communicators", asked, measured_group_choices);
  for (MeasuredGroup group : groups)
    SY_REQUIRE(on_devices || group == MeasuredGroup::mpi, ExitCode::bad_usage,
               "--communicators {} needs CUDA devices (ranks compute on the host here); give mpi",
               name_of(group, measured_group_choices));
  return groups;
}

std::optional<OpenGroup> open_group(MeasuredGroup which, bool optional, const Launch& launch) {
  if (!optional) return open(which, launch);
  try {
    return open(which, launch);
  } catch (const Error& error) {
    if (!error.agreed()) throw;
    launch.log.info("left out: {}", error.what());
    return std::nullopt;
  }
}

}  // namespace switchyard
