#pragma once
// "Did you mean": the known name nearest to a misspelled one.

#include <span>
#include <string>
#include <string_view>

namespace switchyard {

/// Levenshtein distance: insertions, deletions and substitutions from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the least edit distance to `name`, the first of equals; empty where all are
/// farther than a third of the name's length (but at least 2), and a hint would mislead.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace switchyard
