#include "apps/scale/json_file.hpp"

#include <nlohmann/json.hpp>

#include "base/file.hpp"

namespace switchyard {

void read_json_file(const std::filesystem::path& file, const char* what,
                    const std::function<void(const Json&)>& read) {
  try {
    read(Json::parse(read_file(file)));
  } catch (const Json::exception& error) {
    fail(ExitCode::bad_data, fmt::format("{} is no {} ({}); give one that this version has written",
                                         file.string(), what, error.what()));
  }
}

}  // namespace switchyard
