#include "machine/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <vector>

#include "comm/gather_texts.hpp"

namespace switchyard {
namespace {

// Nothing where the file is missing or says "max".
std::optional<std::size_t> read_bytes(const char* path) {
  std::ifstream file(path);
  std::size_t bytes = 0;
  if (file >> bytes) return bytes;
  return std::nullopt;
}

std::size_t available_to_all() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  std::size_t kibibytes = 0;
  while (file >> name >> kibibytes && std::getline(file, unit))
    if (name == "MemAvailable:") return kibibytes * 1024;
  return 0;
}

}  // namespace

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

int count_ranks(Communicator& world, const std::string& mine) {
  return static_cast<int>(std::ranges::count(gather_texts(world, mine), mine));
}

std::size_t available_host_bytes() {
  const std::size_t bytes = available_to_all();
  auto limit = read_bytes("/sys/fs/cgroup/memory.max");
  auto used = read_bytes("/sys/fs/cgroup/memory.current");
  if (!limit || !used) return bytes;
  return std::min(bytes, *limit - std::min(*used, *limit));
}

}  // namespace switchyard
