#pragma once
// Lines and one rewritten progress line on a Console. Not thread safe.

#include <chrono>
#include <string_view>

#include "base/log.hpp"

namespace switchyard {

class ConsoleWriter {
 public:
  explicit ConsoleWriter(Console console) : console_(console) {}

  /// Writes a whole line, in the place of a progress line that stands there.
  void line(std::string_view text);
  /// Shows progress if the last one is long enough ago at `now`.
  void progress(std::string_view text, std::chrono::steady_clock::time_point now);
  /// Shows `text` in any case and ends the line.
  void end_progress(std::string_view text);

 private:
  void erase_progress();

  Console console_;
  bool standing_ = false;  // a progress line without a line break is on the terminal
  bool shown_ = false;     // last_ holds a time
  std::chrono::steady_clock::time_point last_;
};

}  // namespace switchyard
