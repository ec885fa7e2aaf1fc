#include "machine/cuda_machine.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <vector>

#include "comm/cuda/nccl_communicator.hpp"
#include "comm/cuda/staged_communicator.hpp"
#include "comm/gather_texts.hpp"
#include "comm/two_level.hpp"
#include "machine/memory.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "profile/cuda/cuda_timer.hpp"

namespace switchyard {
namespace {

// This rank's place among those of its host.
int local_rank(Communicator& host_world) {
  std::string own = host_name();
  std::vector<std::string> names = gather_texts(host_world, own);
  return static_cast<int>(std::count(names.begin(), names.begin() + host_world.rank().value, own));
}

// The first rank of this rank's host: a number for its node.
int first_on_host(Communicator& host_world) {
  std::string own = host_name();
  std::vector<std::string> names = gather_texts(host_world, own);
  return static_cast<int>(std::find(names.begin(), names.end(), own) - names.begin());
}

bool all_differ(const std::vector<std::string>& texts) {
  return std::set<std::string>(texts.begin(), texts.end()).size() == texts.size();
}

Transport choose_transport(Transport asked, const CudaDevice& device, Communicator& host_world) {
  if (asked != Transport::automatic) return asked;
  return all_differ(gather_texts(host_world, device.info().uuid)) ? Transport::nccl
                                                                  : Transport::staged;
}

// Among what programs keep for this user from launch to launch; empty where no folder is known.
std::filesystem::path convolution_choices() {
  const char* name = "switchyard/convolutions";
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return std::filesystem::path(cache) / name;
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::filesystem::path(home) / ".cache" / name;
  return {};
}

class CudaMachine final : public Machine {
 public:
  CudaMachine(const MachineConfig& config, Communicator& host_world, Logger& log)
      : device_(open_cuda_device(local_rank(host_world) % survey_cuda_devices().devices)),
        backend_(*device_, {.precision = config.precision,
                            .fast_nondeterministic = config.fast_nondeterministic,
                            .log = [&log](const std::string& line) { log.info("{}", line); },
                            .choices = convolution_choices()}),
        transport_(choose_transport(config.transport, *device_, host_world)),
        sharers_(count_ranks(host_world, device_->info().uuid)),
        world_(transport_ == Transport::nccl ? make_nccl_communicator(*device_, host_world)
                                             : make_staged_communicator(*device_, host_world)) {
    if (config.two_level)
      by_levels_ = make_two_level_communicator(
          *world_, first_on_host(host_world), device_->allocator(),
          [this](const Tensor& from, Tensor& to) { copy_tensor(*device_, from, to); });
  }

  Backend& backend() override { return backend_; }
  Communicator& world() override { return by_levels_ ? *by_levels_ : *world_; }
  std::string description() const override {
    const CudaDeviceInfo& info = device_->info();
    std::string text = fmt::format("{} (cuda {})", info.name, info.ordinal);
    if (world_->size() == 1) return text;
    return fmt::format("{}, {}", text, name_of<Transport>(transport_, transport_choices));
  }
  std::size_t reserved_bytes() const override { return device_->reserved_bytes(); }
  std::size_t available_bytes() const override {
    return device_->available_bytes() / static_cast<std::size_t>(sharers_);
  }
  DeviceTimer* timer() override { return &timer_; }

 private:
  std::unique_ptr<CudaDevice> device_;
  CudaBackend backend_;
  Transport transport_;
  int sharers_;  ///< ranks on this device
  std::unique_ptr<Communicator> world_;
  std::unique_ptr<Communicator> by_levels_;  ///< null where rows go directly
  CudaTimer timer_{*device_};
};

}  // namespace

std::string why_no_cuda() {
  return survey_cuda_devices().problem;
}

std::unique_ptr<Machine> make_cuda_machine(const MachineConfig& config, Communicator& host_world,
                                           Logger& log) {
  return std::make_unique<CudaMachine>(config, host_world, log);
}

}  // namespace switchyard
