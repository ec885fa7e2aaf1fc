#pragma once
// Command lines and config files for any struct with a visit() (see field.hpp).
//
// A config file (.cfg) holds `key = value` lines; # starts a comment. --config FILE may be given
// several times: later files override earlier ones and the command line overrides them all,
// wherever it stands. On the command line the last of repeated keys wins, so that scripts can
// append overrides; within one file a repeated key is an error.

#include <span>
#include <string>
#include <vector>

#include "base/config/field.hpp"

namespace switchyard {

/// What a command line holds besides values of fields.
struct Arguments {
  bool help = false;                     ///< --help or -h was given: nothing else was read
  std::vector<std::string> positionals;  ///< words that belong to no --key
};

/// Whether words that belong to no --key are allowed.
enum class Positionals { none, any };

/// Assigns the fields from the arguments (without the program's name). An unknown key, a value
/// that is not accepted, a bad line or file: Error(bad_usage) with key, place and what is accepted.
Arguments read_arguments(std::span<const Field> fields, const std::vector<std::string>& arguments,
                         Positionals positionals = Positionals::none);

/// The options by group, with placeholders, defaults, ranges and units; ends in a line break.
std::string help_text(std::span<const Field> fields);

/// All values as a config file, by group; reading it gives the same config.
std::string resolved_text(std::span<const Field> fields);

template <class Config>
Arguments read_config(Config& config, const std::vector<std::string>& arguments,
                      Positionals positionals = Positionals::none) {
  return read_arguments(fields_of(config), arguments, positionals);
}

template <class Config>
std::string config_help(Config config = {}) {
  return help_text(fields_of(config));
}

template <class Config>
std::string write_resolved(Config config) {
  return resolved_text(fields_of(config));
}

}  // namespace switchyard
