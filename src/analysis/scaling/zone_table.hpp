#pragma once
// One value for each zone and pass.

#include <array>
#include <cstddef>
#include <iterator>

#include "profile/zone.hpp"

namespace switchyard {

template <class T>
class ZoneTable {
 public:
  T& at(Zone zone, Pass pass) { return values_[index(zone, pass)]; }
  const T& at(Zone zone, Pass pass) const { return values_[index(zone, pass)]; }

  /// Calls visit(zone, pass) for all of them.
  template <class Visit>
  static void for_each(const Visit& visit) {
    for (const auto& zone : zone_choices)
      for (const auto& pass : pass_choices) visit(zone.value, pass.value);
  }

 private:
  static std::size_t index(Zone zone, Pass pass) {
    return static_cast<std::size_t>(zone) * std::size(pass_choices) +
           static_cast<std::size_t>(pass);
  }
  std::array<T, std::size(zone_choices) * std::size(pass_choices)> values_ = {};
};

}  // namespace switchyard
