#include "apps/scale/json_file.hpp"

#include <nlohmann/json.hpp>

#include "base/file.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

Json parse(const fs::path& file, const char* what) {
  try {
    return Json::parse(read_file(file));
  } catch (const Json::parse_error& error) {
    fail(ExitCode::bad_data,
         fmt::format("{} is no {}: it is cut off, or no JSON (at byte {}); give one that this "
                     "version has written",
                     file.string(), what, error.byte));
  }
}

// Without the library's "[json.exception.out_of_range.403] ".
std::string reason(const Json::exception& error) {
  const std::string text = error.what();
  return text.substr(text.find("] ") + 2);
}

}  // namespace

void read_json_file(const fs::path& file, const char* what,
                    const std::function<void(const Json&)>& read) {
  const Json json = parse(file, what);
  try {
    read(json);
  } catch (const Json::exception& error) {
    fail(ExitCode::bad_data, fmt::format("{} is no {} ({}); give one that this version has written",
                                         file.string(), what, reason(error)));
  }
}

}  // namespace switchyard
