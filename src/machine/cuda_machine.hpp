#pragma once
// Machines on CUDA devices, as far as this build has them.

#include <memory>
#include <string>

#include "machine/machine.hpp"

namespace switchyard {

/// Why this process can use no CUDA device, and after a semicolon what to do; empty where it can.
std::string why_no_cuda();

/// Opens this rank's device, its place among the ranks of its host modulo the host's devices, and
/// what belongs to it. See make_machine(). Collective.
std::unique_ptr<Machine> make_cuda_machine(const MachineConfig& config, Communicator& host_world,
                                           Logger& log);

}  // namespace switchyard
