#include "base/config/config.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>

#include "base/config/config_file.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

namespace po = boost::program_options;

constexpr const char* kCommandLine = "command line";

std::string describe(const Field& field) {
  return fmt::format("{}{}{} ({}{}default {})", field.help, field.unit.empty() ? "" : ", in ",
                     field.unit, field.limits, field.limits.empty() ? "" : "; ",
                     field.default_text.empty() ? "empty" : field.default_text);
}

void add_option(po::options_description& options, const Field& field) {
  options.add_options()(field.name.c_str(), po::value<std::string>()->value_name(field.placeholder),
                        describe(field).c_str());
}

po::options_description general_options() {
  po::options_description options("General");
  options.add_options()("help", "show this help (also -h)")(
      "config", po::value<std::string>()->value_name("FILE"),
      "read `key = value` lines; may be given several times, the command line overrides");
  return options;
}

po::options_description all_options(std::span<const Field> fields) {
  po::options_description all;
  all.add(general_options());
  for (std::size_t begin = 0; begin < fields.size();) {
    std::size_t end = begin;
    po::options_description group(fields[begin].group);
    while (end < fields.size() && fields[end].group == fields[begin].group)
      add_option(group, fields[end++]);
    all.add(group);
    begin = end;
  }
  return all;
}

// `--resume` alone means `--resume=on`, for fields that are on or off.
std::vector<std::string> complete_switches(std::span<const Field> fields,
                                           std::vector<std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    bool alone = i + 1 == arguments.size() || arguments[i + 1].starts_with("--");
    bool is_switch = std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
      return field.is_switch && arguments[i] == "--" + field.name;
    });
    if (alone && is_switch) arguments[i] += "=on";
  }
  return arguments;
}

std::vector<po::option> tokenise(std::span<const Field> fields,
                                 const std::vector<std::string>& arguments) {
  namespace style = po::command_line_style;
  po::options_description options = all_options(fields);
  auto short_help = [](const std::string& token) {
    return token == "-h" ? std::pair<std::string, std::string>("help", "")
                         : std::pair<std::string, std::string>();
  };
  try {
    return po::command_line_parser(complete_switches(fields, arguments))
        .options(options)
        .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
        .extra_parser(short_help)
        .allow_unregistered()
        .run()
        .options;
  } catch (const po::error& error) {
    fail(ExitCode::bad_usage,
         fmt::format("{}: {}; write --key value or --key=value", kCommandLine, error.what()));
  }
}

std::string value_of(const po::option& option) {
  // Boost takes the next word as the value, even where that is plainly the next option.
  bool took_next_option =
      option.original_tokens.size() == 2 && option.original_tokens[1].starts_with("--");
  SY_REQUIRE(option.unregistered || (!option.value.empty() && !took_next_option),
             ExitCode::bad_usage, "{}: --{} has no value; write --{} value", kCommandLine,
             option.string_key, option.string_key);
  return option.value.empty() ? "" : option.value.front();
}

void take_positional(const std::string& word, Positionals allowed, Arguments& result) {
  bool dashed = word.size() > 1 && word.front() == '-';
  SY_REQUIRE(!dashed, ExitCode::bad_usage,
             "{}: unknown option '{}'; options are spelled --key value, see --help", kCommandLine,
             word);
  SY_REQUIRE(allowed == Positionals::any, ExitCode::bad_usage,
             "{}: '{}' belongs to no option; write --key value", kCommandLine, word);
  result.positionals.push_back(word);
}

}  // namespace

Arguments read_arguments(std::span<const Field> fields, const std::vector<std::string>& arguments,
                         Positionals positionals) {
  std::vector<po::option> options = tokenise(fields, arguments);
  Arguments result;
  result.help = std::any_of(options.begin(), options.end(),
                            [](const po::option& option) { return option.string_key == "help"; });
  if (result.help) return result;
  for (const po::option& option : options)
    if (option.string_key == "config") read_config_file(fields, value_of(option));
  for (const po::option& option : options) {
    if (option.string_key == "config") continue;
    if (option.string_key.empty())
      take_positional(value_of(option), positionals, result);
    else
      assign_field(fields, option.string_key, value_of(option), kCommandLine);
  }
  return result;
}

std::string help_text(std::span<const Field> fields) {
  std::ostringstream text;
  text << all_options(fields);
  return text.str();
}

std::string resolved_text(std::span<const Field> fields) {
  std::string text;
  std::string_view group;
  for (const Field& field : fields) {
    if (field.group != group)
      text += fmt::format("{}# {}\n", text.empty() ? "" : "\n", field.group);
    group = field.group;
    text += fmt::format("{} = {}\n", field.name, field.print());
  }
  return text;
}

}  // namespace switchyard
