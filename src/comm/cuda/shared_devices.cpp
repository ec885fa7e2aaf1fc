#include "comm/cuda/shared_devices.hpp"

#include <unistd.h>

#include <cstdlib>
#include <map>

#include "comm/gather_texts.hpp"

namespace switchyard {
namespace {

std::string host_name() {
  if (const char* id = std::getenv("NCCL_HOSTID")) return id;
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

}  // namespace

std::string find_shared_devices(const CudaDeviceInfo& info, Communicator& host) {
  const std::vector<std::string> devices =
      gather_texts(host, fmt::format("{} ({}) of {}", info.name, info.uuid, host_name()));
  std::map<std::string, std::vector<int>> users;
  for (int r = 0; r < host.size(); ++r) users[devices[r]].push_back(r);
  std::vector<std::string> shared;
  for (const auto& [device, ranks] : users) {
    if (ranks.size() > 1)
      shared.push_back(fmt::format("ranks {} share {}", fmt::join(ranks, ", "), device));
  }
  return fmt::format("{}", fmt::join(shared, "; "));
}

}  // namespace switchyard
