#pragma once
// What differs between the configuration that something was begun with and the one it goes on with.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/field.hpp"

namespace switchyard {

/// A setting that differs, as text.
struct ConfigChange {
  std::string key;
  std::string before;
  std::string now;
};

/// The settings that differ, in the order of `before`; both are the fields of one type. Left out is
/// what may differ freely: how and where the program runs (folders, threads, devices, grid,
/// exchanges, profile, what is written beside), which changes numbers by rounding at most, and the
/// keys in `also_free`.
std::vector<ConfigChange> config_changes(const std::vector<Field>& before,
                                         const std::vector<Field>& now,
                                         std::span<const std::string_view> also_free);

}  // namespace switchyard
