#include "train/events/event_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

#include "base/error.hpp"
#include "train/events/wire_format.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

// Fields of TensorFlow's messages Event, Summary, Summary.Value and SessionLog
// (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto).
namespace event {
enum Field { wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7 };
}
namespace summary {
enum Field { value = 1 };
}
namespace value {
enum Field { tag = 1, simple_value = 2, histogram = 5 };
}
namespace session_log {
enum Field { status = 1 };
constexpr std::uint64_t kStart = 1;
}  // namespace session_log

constexpr const char* kPrefix = "events.out.tfevents.";

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

WireMessage event_at(std::int64_t step) {
  return WireMessage()
      .real(event::wall_time, seconds_since_1970())
      .integer(event::step, static_cast<std::uint64_t>(step));
}

// A name that no other process has: two may begin in the same second, one after the other.
fs::path new_name(const fs::path& folder) {
  const auto second = static_cast<std::int64_t>(seconds_since_1970());
  return folder / fmt::format("{}{:010}.{}.v2", kPrefix, second, ::getpid());
}

}  // namespace

void EventValues::add_scalar(std::string_view tag, double value) {
  const WireMessage message =
      WireMessage().bytes(value::tag, tag).single(value::simple_value, static_cast<float>(value));
  text_ += WireMessage().bytes(summary::value, message.text()).text();
}

void EventValues::add_histogram(std::string_view tag, std::string_view message) {
  const WireMessage histogram =
      WireMessage().bytes(value::tag, tag).bytes(value::histogram, message);
  text_ += WireMessage().bytes(summary::value, histogram.text()).text();
}

EventFile::EventFile(const fs::path& folder, std::int64_t first_step) : path_(new_name(folder)) {
  append_record(WireMessage()
                    .real(event::wall_time, seconds_since_1970())
                    .bytes(event::file_version, "brain.Event:2")
                    .text());
  const WireMessage start = WireMessage().integer(session_log::status, session_log::kStart);
  append_record(event_at(first_step).bytes(event::session_log, start.text()).text());
}

void EventFile::append(std::int64_t step, const EventValues& values) {
  append_record(event_at(step).bytes(event::summary, values.text()).text());
}

bool EventFile::is_event_file(const fs::path& path) {
  return path.filename().string().starts_with(kPrefix);
}

void EventFile::append_record(std::string_view event) {
  std::ofstream file(path_, std::ios::binary | std::ios::app);
  file << tf_record(event) << std::flush;
  SY_REQUIRE(file.good(), ExitCode::run_failed,
             "cannot write {} ({}); is the disk full? --tensorboard off does without it",
             path_.string(), std::strerror(errno));
}

}  // namespace switchyard
