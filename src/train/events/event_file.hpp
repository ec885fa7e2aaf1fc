#pragma once
// A file of events for TensorBoard, in a run's folder.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace switchyard {

/// What belongs to one step: values under tags.
class EventValues {
 public:
  void add_scalar(std::string_view tag, double value);
  /// `message`: a Histogram's.
  void add_histogram(std::string_view tag, std::string_view message);
  /// Values that another rank has made.
  void add_encoded(std::string_view values) { text_ += values; }

  /// TensorFlow's message Summary.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Written by one process. A file that was cut off by a crash is read up to there.
class EventFile {
 public:
  /// Makes a new file in `folder`; nothing is written to one of an earlier process. Values of other
  /// files from `first_step` on are void: TensorBoard drops them. Error(run_failed) where it cannot
  /// be made.
  EventFile(const std::filesystem::path& folder, std::int64_t first_step);

  const std::filesystem::path& path() const { return path_; }
  /// Error(run_failed) where the disk does not take it.
  void append(std::int64_t step, const EventValues& values);

  /// Whether TensorBoard takes a file of this name for one of events.
  static bool is_event_file(const std::filesystem::path& path);

 private:
  void append_record(std::string_view event);

  std::filesystem::path path_;
};

}  // namespace switchyard
