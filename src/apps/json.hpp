#pragma once
// JSON whose keys keep their order, declared without its heavy header.

#include <nlohmann/json_fwd.hpp>

namespace switchyard {

using Json = nlohmann::ordered_json;

}  // namespace switchyard
