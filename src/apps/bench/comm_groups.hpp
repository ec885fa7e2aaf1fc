#pragma once
// The communicators that this machine has, one at a time.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/bench/comm_config.hpp"
#include "apps/launch.hpp"

namespace switchyard {

enum class MeasuredGroup {
  mpi,        ///< tensors of the host
  nccl,       ///< tensors of CUDA devices, as are those below
  staged,     ///< by MPI through pinned host memory
  two_level,  ///< rows collected within the node first, over nccl where it can be used
};
inline constexpr Choice<MeasuredGroup> measured_group_choices[] = {
    {MeasuredGroup::mpi, "mpi"},
    {MeasuredGroup::nccl, "nccl"},
    {MeasuredGroup::staged, "staged"},
    {MeasuredGroup::two_level, "two-level"}};

struct OpenGroup {
  std::string name;
  std::unique_ptr<Machine> machine;
  Communicator& group;  ///< all ranks; the machine's
};

/// What `asked` ("all", or names with commas) comes to where ranks compute on CUDA devices or not.
/// Error(bad_usage) for names that there are not here.
std::vector<MeasuredGroup> groups_here(const std::string& asked, bool on_devices);

/// Opens one. Nothing, and a line in the log, where `optional` and it cannot be had. Collective.
std::optional<OpenGroup> open_group(MeasuredGroup which, bool optional, const Launch& launch);

}  // namespace switchyard
