#pragma once
// Configuration fields: a config struct names each of its fields once, in a `visit` template, and
// everything else (parsing, --help, the resolved config) is derived from that description:
//
//   inline constexpr Choice<Augment> augment_choices[] = {{Augment::none, "none"}, ...};
//
//   template <class Visitor> void visit(Visitor& v, SgdConfig& c) {
//     v.group("Optimizer");
//     v.field("lr", c.learning_rate, "learning rate of the first epoch", Range{0.0, 1e3});
//     v.field("milestones", c.milestones, "epochs after which lr drops", at_least(1), "epochs");
//     v.field("augment", c.augment, "training augmentation", augment_choices);
//   }
//
// A struct inside another is visited by calling visit(v, c.inner).

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace switchyard {

/// The values a number may take; both ends belong to it unless said otherwise.
struct Range {
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  bool lowest_included = true;
  bool highest_included = true;

  /// False for NaN.
  bool contains(double value) const;
  /// "in [0, 1)", ">= 1", or empty where everything is allowed.
  std::string text() const;
};
inline constexpr Range at_least(double lowest) {
  return {.lowest = lowest};
}
inline constexpr Range above(double bound) {
  return {.lowest = bound, .lowest_included = false};
}

/// One row of an enum's table of spellings.
template <class E>
struct Choice {
  E value;
  std::string_view name;
};

/// The spelling of `value` in its table.
template <class E, std::size_t N>
std::string_view name_of(E value, const Choice<E> (&choices)[N]) {
  for (const Choice<E>& choice : choices)
    if (choice.value == value) return choice.name;
  return "unknown";
}

/// One field with its type erased. It refers to the config it was collected from.
struct Field {
  std::string group = {};
  std::string name = {};
  std::string help = {};
  std::string unit = {};          ///< empty for pure numbers and text
  std::string placeholder = {};   ///< stands for the value in --help: "NUMBER"
  std::string limits = {};        ///< "in [0, 1]"; empty where every value of the type is allowed
  std::string accepts = {};       ///< "a number in [0, 1]"
  bool is_switch = false;         ///< on or off: a --name without a value means on
  std::string default_text = {};  ///< the value it had when collected
  /// Takes the value from text; false, and no change, where the text is not accepted.
  std::function<bool(std::string_view)> assign = {};
  /// The value as `assign` would take it back, exactly.
  std::function<std::string()> print = {};
};

/// The visitor that turns a config into Fields. Lists are spelled 60,120; an empty one `none`.
class FieldCollector {
 public:
  /// Title of the fields that follow.
  void group(std::string title) { group_ = std::move(title); }

  /// Spelled on or off (true and false are accepted); on a command line --name alone means on.
  void field(std::string name, bool& value, std::string help);
  /// Text without '#' and line breaks, which a config file could not hold.
  void field(std::string name, std::string& value, std::string help,
             std::string placeholder = "TEXT");
  void field(std::string name, int& value, std::string help, Range range = {},
             std::string unit = {});
  void field(std::string name, std::int64_t& value, std::string help, Range range = {},
             std::string unit = {});
  void field(std::string name, std::uint64_t& value, std::string help, Range range = {},
             std::string unit = {});
  void field(std::string name, double& value, std::string help, Range range = {},
             std::string unit = {});
  /// Lists: the range holds for each element.
  void field(std::string name, std::vector<int>& value, std::string help, Range range = {},
             std::string unit = {});
  void field(std::string name, std::vector<double>& value, std::string help, Range range = {},
             std::string unit = {});

  /// An enum by its table of spellings, which must outlive the fields.
  template <class E, std::size_t N>
  requires std::is_enum_v<E>
  void field(std::string name, E& value, std::string help, const Choice<E> (&choices)[N]) {
    std::vector<std::string_view> names;
    for (const Choice<E>& choice : choices) names.push_back(choice.name);
    choice_field(
        std::move(name), std::move(help), std::move(names),
        [&choices, &value](std::size_t i) { value = choices[i].value; },
        [&choices, &value] { return std::string(name_of(value, choices)); });
  }

  /// The fields so far. A name used twice, `help` or `config` is an internal error (run_failed).
  std::vector<Field> take();

 private:
  void choice_field(std::string name, std::string help, std::vector<std::string_view> names,
                    std::function<void(std::size_t)> set, std::function<std::string()> print);
  void add(Field field);

  std::string group_ = "Options";
  std::vector<Field> fields_;
};

/// The fields of a config, through its visit(); `config` must outlive them.
template <class Config>
std::vector<Field> fields_of(Config& config) {
  FieldCollector collector;
  visit(collector, config);
  return collector.take();
}

}  // namespace switchyard
