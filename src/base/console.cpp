#include "base/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "base/config/value_text.hpp"

namespace switchyard {

Console standard_error() {
  if (const char* told = std::getenv("SWITCHYARD_COLUMNS"))
    return {std::cerr, std::max(0, parse_number<int>(told).value_or(0))};
  winsize size{};
  if (!isatty(STDERR_FILENO)) return {std::cerr, 0};
  bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return {std::cerr, known ? size.ws_col : 80};
}

void ConsoleWriter::line(std::string_view text) {
  erase_progress();
  console_.out << text << std::endl;
}

void ConsoleWriter::progress(std::string_view text, std::chrono::steady_clock::time_point now) {
  if (shown_ && now - last_ < std::chrono::duration<double>(console_.progress_interval())) return;
  shown_ = true;
  last_ = now;
  if (console_.columns == 0) return line(text);
  erase_progress();
  // A line as wide as the terminal wraps, and could not be rewritten.
  console_.out << text.substr(0, static_cast<std::size_t>(console_.columns) - 1) << std::flush;
  standing_ = true;
}

void ConsoleWriter::end_progress(std::string_view text) {
  line(text);
  shown_ = false;
}

void ConsoleWriter::erase_progress() {
  if (standing_) console_.out << "\r\x1b[K";
  standing_ = false;
}

}  // namespace switchyard
