#pragma once
// Several choices of one table, as benchmarks are asked for them: "dense,sparse".

#include <string>
#include <string_view>
#include <vector>

#include "base/config/field.hpp"

namespace switchyard {

/// The places in `names` of the words of `list`, or of all for "all". Error(bad_usage) naming `key`
/// for a word that is none of them, one that comes twice, and an empty list.
std::vector<std::size_t> places_of(const std::string& key, const std::string& list,
                                   const std::vector<std::string_view>& names);

template <class E, std::size_t N>
std::vector<E> parse_choices(const std::string& key, const std::string& list,
                             const Choice<E> (&choices)[N]) {
  std::vector<std::string_view> names;
  for (const Choice<E>& choice : choices) names.push_back(choice.name);
  std::vector<E> values;
  for (std::size_t place : places_of(key, list, names)) values.push_back(choices[place].value);
  return values;
}

}  // namespace switchyard
