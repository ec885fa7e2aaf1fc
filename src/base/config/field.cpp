#include "base/config/field.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/config/value_text.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

template <class T>
std::string accepted(const Range& range) {
  std::string noun = std::is_integral_v<T> ? "an integer" : "a number";
  return range.text().empty() ? noun : noun + " " + range.text();
}

template <class T>
Field number_field(std::string name, T& value, std::string help, Range range, std::string unit) {
  return {.name = std::move(name),
          .help = std::move(help),
          .unit = std::move(unit),
          .placeholder = std::is_integral_v<T> ? "INTEGER" : "NUMBER",
          .limits = range.text(),
          .accepts = accepted<T>(range),
          .assign =
              [&value, range](std::string_view text) {
                auto parsed = parse_number<T>(text);
                if (!parsed || !range.contains(static_cast<double>(*parsed))) return false;
                value = *parsed;
                return true;
              },
          .print = [&value] { return fmt::format("{}", value); }};
}

template <class T>
Field list_field(std::string name, std::vector<T>& value, std::string help, Range range,
                 std::string unit) {
  return {.name = std::move(name),
          .help = std::move(help),
          .unit = std::move(unit),
          .placeholder = "LIST",
          .limits = range.text(),
          .accepts =
              fmt::format("`none` or a list such as 1,2 of which each is {}", accepted<T>(range)),
          .assign =
              [&value, range](std::string_view text) {
                auto parsed = parse_list<T>(text);
                if (!parsed) return false;
                for (T element : *parsed)
                  if (!range.contains(static_cast<double>(element))) return false;
                value = std::move(*parsed);
                return true;
              },
          .print = [&value] { return print_list(value); }};
}

}  // namespace

bool Range::contains(double value) const {
  bool above = lowest_included ? value >= lowest : value > lowest;
  bool below = highest_included ? value <= highest : value < highest;
  return above && below;
}

std::string Range::text() const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (lowest == -infinity && highest == infinity) return {};
  if (highest == infinity) return fmt::format("{} {}", lowest_included ? ">=" : ">", lowest);
  if (lowest == -infinity) return fmt::format("{} {}", highest_included ? "<=" : "<", highest);
  return fmt::format("in {}{}, {}{}", lowest_included ? '[' : '(', lowest, highest,
                     highest_included ? ']' : ')');
}

void FieldCollector::field(std::string name, bool& value, std::string help) {
  add({.name = std::move(name),
       .help = std::move(help),
       .placeholder = "on|off",
       .accepts = "on, off, true or false",
       .is_switch = true,
       .assign =
           [&value](std::string_view text) {
             bool on = text == "on" || text == "true";
             if (!on && text != "off" && text != "false") return false;
             value = on;
             return true;
           },
       .print = [&value] { return std::string(value ? "on" : "off"); }});
}

void FieldCollector::field(std::string name, std::string& value, std::string help,
                           std::string placeholder) {
  add({.name = std::move(name),
       .help = std::move(help),
       .placeholder = std::move(placeholder),
       .accepts = "text without '#' and line breaks",
       .assign =
           [&value](std::string_view text) {
             if (text.find_first_of("#\n\r") != text.npos) return false;
             value = trim(text);
             return true;
           },
       .print = [&value] { return value; }});
}

void FieldCollector::field(std::string name, int& value, std::string help, Range range,
                           std::string unit) {
  add(number_field(std::move(name), value, std::move(help), range, std::move(unit)));
}

void FieldCollector::field(std::string name, std::int64_t& value, std::string help, Range range,
                           std::string unit) {
  add(number_field(std::move(name), value, std::move(help), range, std::move(unit)));
}

void FieldCollector::field(std::string name, std::uint64_t& value, std::string help, Range range,
                           std::string unit) {
  if (range.lowest < 0) range.lowest = 0;
  add(number_field(std::move(name), value, std::move(help), range, std::move(unit)));
}

void FieldCollector::field(std::string name, double& value, std::string help, Range range,
                           std::string unit) {
  add(number_field(std::move(name), value, std::move(help), range, std::move(unit)));
}

void FieldCollector::field(std::string name, std::vector<int>& value, std::string help, Range range,
                           std::string unit) {
  add(list_field(std::move(name), value, std::move(help), range, std::move(unit)));
}

void FieldCollector::field(std::string name, std::vector<double>& value, std::string help,
                           Range range, std::string unit) {
  add(list_field(std::move(name), value, std::move(help), range, std::move(unit)));
}

void FieldCollector::choice_field(std::string name, std::string help,
                                  std::vector<std::string_view> names,
                                  std::function<void(std::size_t)> set,
                                  std::function<std::string()> print) {
  std::string spellings = fmt::format("{}", fmt::join(names, "|"));
  add({.name = std::move(name),
       .help = std::move(help),
       .placeholder = spellings,
       .accepts = fmt::format("one of {}", spellings),
       .assign =
           [names = std::move(names), set = std::move(set)](std::string_view text) {
             auto found = std::find(names.begin(), names.end(), text);
             if (found == names.end()) return false;
             set(static_cast<std::size_t>(found - names.begin()));
             return true;
           },
       .print = std::move(print)});
}

void FieldCollector::add(Field field) {
  field.group = group_;
  field.default_text = field.print();
  fields_.push_back(std::move(field));
}

std::vector<Field> FieldCollector::take() {
  std::set<std::string_view> names = {"help", "config"};
  for (const Field& field : fields_)
    SY_REQUIRE(names.insert(field.name).second, ExitCode::run_failed,
               "the name '{}' of a config field is taken; rename one", field.name);
  return std::exchange(fields_, {});
}

}  // namespace switchyard
