#pragma once
// JSON that somebody else has written.

#include <filesystem>
#include <functional>

#include "apps/json.hpp"

namespace switchyard {

/// Hands `read` what the file holds. Error(bad_data) with its path and `what` it should be where it
/// is no JSON, or `read` misses something in it.
void read_json_file(const std::filesystem::path& file, const char* what,
                    const std::function<void(const Json&)>& read);

}  // namespace switchyard
