#pragma once
// A file in Chrome's trace format, written event by event: it may hold more than fits in memory.

#include <filesystem>
#include <string>
#include <string_view>

#include "apps/profiling/trace/event.hpp"
#include "base/file.hpp"

namespace switchyard {

/// `text` as JSON; what is no UTF-8 in it is replaced.
std::string json_string(std::string_view text);

class TraceFile {
 public:
  /// `header`: a JSON object, whose members are to be the file's other members.
  TraceFile(std::filesystem::path path, const std::string& header);

  /// Names, events and counters of a rank, which is a process to viewers. It has a lane.
  void add(const RankTrace& trace);
  /// The file appears. Call once, last.
  void commit();

 private:
  void add_names(const RankTrace& trace);
  void append(std::string_view event);
  void flush();

  AtomicFile file_;
  std::string buffer_;
  bool first_ = true;
};

}  // namespace switchyard
