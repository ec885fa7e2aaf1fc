#include "train/config_changes.hpp"

#include <algorithm>
#include <utility>

namespace switchyard {
namespace {

constexpr std::string_view kFreeKeys[] = {"out",
                                          "resume",
                                          "overwrite",
                                          "data",
                                          "threads",
                                          "deadline",
                                          "ep",
                                          "device",
                                          "communicator",
                                          "two-level",
                                          "overlap-degree",
                                          "graphs",
                                          "fast-nondeterministic",
                                          "tensorboard",
                                          "histograms-every",
                                          "profile"};

bool contains(std::span<const std::string_view> keys, std::string_view key) {
  return std::ranges::find(keys, key) != keys.end();
}

}  // namespace

std::vector<ConfigChange> config_changes(const std::vector<Field>& before,
                                         const std::vector<Field>& now,
                                         std::span<const std::string_view> also_free) {
  std::vector<ConfigChange> changes;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string& key = before[i].name;
    std::string was = before[i].print(), is = now[i].print();
    if (was != is && !contains(kFreeKeys, key) && !contains(also_free, key))
      changes.push_back({key, std::move(was), std::move(is)});
  }
  return changes;
}

}  // namespace switchyard
