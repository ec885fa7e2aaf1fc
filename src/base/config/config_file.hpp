#pragma once
// Reads one config file into fields; see config.hpp for the format.

#include <span>
#include <string>

#include "base/config/field.hpp"

namespace switchyard {

/// Assigns one field; `place` ("command line", "run.cfg:7") goes into the Error(bad_usage) for an
/// unknown key or a value that is not accepted.
void assign_field(std::span<const Field> fields, const std::string& key, const std::string& value,
                  const std::string& place);

void read_config_file(std::span<const Field> fields, const std::string& path);

}  // namespace switchyard
