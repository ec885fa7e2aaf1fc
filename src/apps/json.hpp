#pragma once
// JSON whose keys keep their order, declared without its heavy header.

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace switchyard {

using Json = nlohmann::ordered_json;

/// The value, or null. A template of the JSON too, which is defined only where this is called.
template <class T, class J = Json>
J or_null(const std::optional<T>& value) {
  return value ? J(*value) : J();
}

}  // namespace switchyard
