#include "base/config/config_file.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <map>
#include <sstream>

#include "base/config/value_text.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/nearest.hpp"

namespace switchyard {
namespace {

namespace po = boost::program_options;

std::string suggestion_for(std::string_view key, std::span<const Field> fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  std::string nearest = nearest_name(key, names);
  return nearest.empty() ? "see --help for all keys" : fmt::format("did you mean '{}'?", nearest);
}

// Boost sees one line at a time, because its errors and results do not tell line numbers.
std::vector<po::option> parse_line(const std::string& line, const std::string& place) {
  SY_REQUIRE(!trim(line).starts_with('['), ExitCode::bad_usage,
             "{}: sections are not used ('{}'); write `key = value`", place, trim(line));
  try {
    std::istringstream stream(line);
    return po::parse_config_file(stream, po::options_description(), true).options;
  } catch (const po::error&) {
    fail(ExitCode::bad_usage,
         fmt::format("{}: '{}' is not a setting; write `key = value` or start the line with #",
                     place, trim(line)));
  }
}

}  // namespace

void assign_field(std::span<const Field> fields, const std::string& key, const std::string& value,
                  const std::string& place) {
  auto field = std::find_if(fields.begin(), fields.end(),
                            [&](const Field& candidate) { return candidate.name == key; });
  SY_REQUIRE(field != fields.end(), ExitCode::bad_usage, "{}: unknown key '{}'; {}", place, key,
             suggestion_for(key, fields));
  SY_REQUIRE(field->assign(value), ExitCode::bad_usage, "{}: {} = '{}' is not accepted; give {}{}",
             place, key, value, field->accepts,
             field->unit.empty() ? "" : fmt::format(" ({})", field->unit));
}

void read_config_file(std::span<const Field> fields, const std::string& path) {
  std::istringstream text(read_file(path, ExitCode::bad_usage));
  std::map<std::string, int> first_line;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    std::string place = fmt::format("{}:{}", path, number);
    if (line.ends_with('\r')) line.pop_back();
    for (const po::option& option : parse_line(line, place)) {
      auto [earlier, is_new] = first_line.emplace(option.string_key, number);
      SY_REQUIRE(is_new, ExitCode::bad_usage, "{}: key '{}' is already set in line {}; remove one",
                 place, option.string_key, earlier->second);
      assign_field(fields, option.string_key, option.value.at(0), place);
    }
  }
}

}  // namespace switchyard
