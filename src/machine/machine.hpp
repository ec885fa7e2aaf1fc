#pragma once
// What a rank computes on and talks through: a backend and a group whose tensors are its memory.
// Apps make one; everything below takes its parts.

#include <memory>
#include <string>

#include "base/config/field.hpp"
#include "base/log.hpp"
#include "comm/communicator.hpp"
#include "ops/backend.hpp"
#include "ops/precision.hpp"
#include "profile/clock.hpp"

namespace switchyard {

enum class DeviceKind {
  automatic,  ///< cuda where there is a device that can be used, else cpu
  cuda,
  cpu,
  ref,
};

inline constexpr Choice<DeviceKind> device_choices[] = {{DeviceKind::automatic, "auto"},
                                                        {DeviceKind::cuda, "cuda"},
                                                        {DeviceKind::cpu, "cpu"},
                                                        {DeviceKind::ref, "ref"}};

/// How tensors on devices travel between ranks.
enum class Transport {
  automatic,  ///< nccl where every rank has a device of its own, else staged
  nccl,
  staged,  ///< MPI through pinned host memory
};

inline constexpr Choice<Transport> transport_choices[] = {
    {Transport::automatic, "auto"}, {Transport::nccl, "nccl"}, {Transport::staged, "staged"}};

struct MachineConfig {
  DeviceKind device = DeviceKind::automatic;
  Precision precision = Precision::f32;
  Transport transport = Transport::automatic;
  bool two_level = false;  ///< rows for other nodes' devices are collected within the node first
  bool fast_nondeterministic = false;  ///< convolutions may differ from run to run in the last bits
};

class Machine {
 public:
  virtual ~Machine() = default;
  virtual Backend& backend() = 0;
  /// All ranks; exchanges tensors of the backend's memory, and of the host's.
  virtual Communicator& world() = 0;
  /// "cpu, 2 threads", "NVIDIA H200 (cuda 0), nccl": for the log.
  virtual std::string description() const = 0;
  /// Bytes taken from the device's driver, in use or kept for reuse; 0 where nobody counts them.
  virtual std::size_t reserved_bytes() const = 0;
  /// This rank's even share of the memory that is left where it computes; 0 where nobody knows.
  virtual std::size_t available_bytes() const = 0;
  /// Of the device, for profiles; null on the host, whose clock does.
  virtual DeviceTimer* timer() { return nullptr; }
};

/// Chooses and opens this rank's device (by its place among the ranks of its host) and makes what
/// belongs to it. `host_world`: all ranks, for host memory; must outlive the machine. Collective:
/// where some rank has no device, `automatic` means cpu on all of them, and one line says why.
std::unique_ptr<Machine> make_machine(const MachineConfig& config, Communicator& host_world,
                                      Logger& log);

}  // namespace switchyard
