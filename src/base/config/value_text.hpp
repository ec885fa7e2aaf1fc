#pragma once
// Text to value and back, for the types a config field may have.

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace switchyard {

/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text);

/// The whole text as a T; nothing where it is not one, overflows, or is not finite.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  text = trim(text);
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>)
    if (!std::isfinite(value)) return std::nullopt;
  return value;
}

/// "60,120" as two elements; "none" and "" as no element.
template <class T>
std::optional<std::vector<T>> parse_list(std::string_view text) {
  std::vector<T> values;
  if (trim(text).empty() || trim(text) == "none") return values;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t end = std::min(text.find(',', begin), text.size());
    auto value = parse_number<T>(text.substr(begin, end - begin));
    if (!value) return std::nullopt;
    values.push_back(*value);
    begin = end + 1;
  }
  return values;
}

/// Numbers in the shortest digits that read back exactly.
template <class T>
std::string print_list(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += fmt::format("{}{}", text.empty() ? "" : ",", value);
  return text.empty() ? "none" : text;
}

}  // namespace switchyard
