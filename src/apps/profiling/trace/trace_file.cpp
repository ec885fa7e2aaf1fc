#include "apps/profiling/trace/trace_file.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

namespace switchyard {
namespace {

constexpr std::size_t kBuffer = 1 << 20;

/// Exact to the nanosecond, as a double would not be in a long trace.
std::string microseconds(std::int64_t ns) {
  return fmt::format("{}{}.{:03}", ns < 0 ? "-" : "", std::abs(ns) / 1000, std::abs(ns) % 1000);
}

}  // namespace

std::string json_string(std::string_view text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

TraceFile::TraceFile(std::filesystem::path path, const std::string& header)
    : file_(std::move(path)), buffer_(header.substr(0, header.rfind('}'))) {
  buffer_ += ",\n\"traceEvents\":[\n";
}

void TraceFile::add(const RankTrace& trace) {
  add_names(trace);
  for (const TraceEvent& event : trace.events)
    append(fmt::format(
        R"({{"ph":"X","cat":"{}","name":{},"pid":{},"tid":{},"ts":{},"dur":{},"args":{{{}}}}})",
        event.category, json_string(event.name), trace.process(), event.lane,
        microseconds(event.when.begin), microseconds(event.when.length()), event.arguments));
  for (const TraceCounter& counter : trace.counters)
    append(fmt::format(R"({{"ph":"C","name":{},"pid":{},"tid":{},"ts":{},"args":{{{}}}}})",
                       json_string(counter.name), trace.process(), trace.lanes.front().id,
                       microseconds(counter.when), counter.series));
}

void TraceFile::add_names(const RankTrace& trace) {
  const auto name = [&](std::string_view kind, std::int32_t lane, const std::string& arguments) {
    append(fmt::format(R"({{"ph":"M","name":"{}","pid":{},"tid":{},"ts":0.000,"args":{{{}}}}})",
                       kind, trace.process(), lane, arguments));
  };
  const std::int32_t first = trace.lanes.front().id;
  name("process_name", first, fmt::format(R"("name":"rank {}")", trace.rank));
  name("process_labels", first, fmt::format(R"("labels":{})", json_string(trace.labels)));
  name("process_sort_index", first, fmt::format(R"("sort_index":{})", trace.rank));
  for (const TraceLane& lane : trace.lanes) {
    name("thread_name", lane.id, fmt::format(R"("name":{})", json_string(lane.name)));
    name("thread_sort_index", lane.id, fmt::format(R"("sort_index":{})", lane.id));
  }
}

void TraceFile::append(std::string_view event) {
  if (!std::exchange(first_, false)) buffer_ += ",\n";
  buffer_ += event;
  if (buffer_.size() >= kBuffer) flush();
}

void TraceFile::flush() {
  file_.write(buffer_);
  buffer_.clear();
}

void TraceFile::commit() {
  buffer_ += "\n]}\n";
  flush();
  file_.commit();
}

}  // namespace switchyard
