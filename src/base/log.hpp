#pragma once
// What the program says while it runs: rank 0 tells the story, every rank tells its troubles.
//
// main owns one Logger a process and passes it by reference. Metrics and results are not log
// messages: they go to files or standard output.

#include <fmt/format.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"

namespace switchyard {

enum class LogLevel { debug, info, warning, error };

/// Where messages are shown.
struct Console {
  std::ostream& out;
  int columns = 0;  ///< width of the terminal; 0 where it is none, such as a file or a pipe
  /// Least time between two progress lines, in seconds.
  double progress_interval() const { return columns > 0 ? 0.1 : 10.0; }
};

/// Standard error. Below mpirun it is a pipe even on a terminal: a launcher that knows better says
/// so in SWITCHYARD_COLUMNS, the width.
Console standard_error();

/// Thread safe.
class Logger {
 public:
  /// Rank 0 shows messages from `lowest` up; other ranks show warnings and errors, with their rank.
  Logger(Rank rank, Console console, LogLevel lowest = LogLevel::info);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  bool shows(LogLevel level) const;
  void write(LogLevel level, std::string_view message);

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    if (shows(LogLevel::debug))
      write(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    if (shows(LogLevel::info))
      write(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::error, fmt::format(format, std::forward<Args>(args)...));
  }

  /// Shows where a long task stands, on rank 0 only: on a terminal one line that is rewritten (and
  /// gives way to messages), elsewhere plain lines. Calls that come too fast are passed over.
  void progress(std::string_view text);
  /// Shows `text` as the last line of the task, and leaves it standing.
  void end_progress(std::string_view text);

 private:
  class Sink;
  std::shared_ptr<Sink> sink_;
  struct Backend;
  std::unique_ptr<Backend> backend_;
};

}  // namespace switchyard
