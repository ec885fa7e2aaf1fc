#pragma once
// Lists as users write them.

#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

/// The parts of "a,b,c" that are not empty.
std::vector<std::string> split_list(std::string_view text);

}  // namespace switchyard
