#include <omp.h>

#include <algorithm>
#include <vector>

#include "machine/cuda_machine.hpp"
#include "machine/memory.hpp"

namespace switchyard {
namespace {

/// This host's processor and memory.
class HostMachine final : public Machine {
 public:
  HostMachine(BackendKind kind, Communicator& world)
      : backend_(make_backend(kind)), world_(world), sharers_(count_ranks(world, host_name())) {}

  Backend& backend() override { return *backend_; }
  Communicator& world() override { return world_; }
  std::string description() const override {
    if (backend_->name() == "ref") return "ref";
    int threads = omp_get_max_threads();
    return fmt::format("cpu, {} thread{}", threads, threads == 1 ? "" : "s");
  }
  std::size_t reserved_bytes() const override { return 0; }
  std::size_t available_bytes() const override {
    return available_host_bytes() / static_cast<std::size_t>(sharers_);
  }

 private:
  std::unique_ptr<Backend> backend_;
  Communicator& world_;
  int sharers_;  ///< ranks on this host
};

// Of the lowest rank that can use no CUDA device; empty where all can.
std::string why_not_everywhere(Communicator& world) {
  std::string reason = why_no_cuda();
  std::vector<std::int64_t> mine(static_cast<std::size_t>(world.size()), reason.empty() ? 0 : 1);
  std::vector<std::int64_t> lacking = world.all_to_all_counts(mine, 1);
  auto first = std::ranges::find(lacking, 1);
  if (first == lacking.end()) return {};
  Rank speaker{static_cast<int>(first - lacking.begin())};
  world.broadcast(reason, speaker);
  return speaker == Rank{0} ? reason : fmt::format("rank {}: {}", speaker.value, reason);
}

void require_host_precision(Precision precision, std::string_view device) {
  bool there = precision == Precision::f32 || precision == Precision::f64;
  if (!there)
    fail_everywhere(
        ExitCode::bad_usage,
        fmt::format("--precision {} needs --device cuda (the device is {}); give --precision f32",
                    name_of<Precision>(precision, precision_choices), device));
}

}  // namespace

std::unique_ptr<Machine> make_machine(const MachineConfig& config, Communicator& host_world,
                                      Logger& log) {
  DeviceKind device = config.device;
  if (device == DeviceKind::cuda || device == DeviceKind::automatic) {
    std::string reason = why_not_everywhere(host_world);
    if (reason.empty()) return make_cuda_machine(config, host_world, log);
    if (device == DeviceKind::cuda)
      fail_everywhere(ExitCode::bad_usage,
                      fmt::format("--device cuda is not possible: {}", reason));
    log.info("device: cpu ({})", reason.substr(0, reason.find(';')));
    device = DeviceKind::cpu;
  }
  require_host_precision(config.precision, name_of<DeviceKind>(device, device_choices));
  return std::make_unique<HostMachine>(
      device == DeviceKind::ref ? BackendKind::ref : BackendKind::cpu, host_world);
}

}  // namespace switchyard
