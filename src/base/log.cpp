#include "base/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>

#include "base/console.hpp"

namespace switchyard {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

/// Brings spdlog's messages and the progress line to one console, under one lock.
class Logger::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(Console console) : writer_(console) {}

  void progress(std::string_view text) {
    std::lock_guard lock(mutex_);
    writer_.progress(text, std::chrono::steady_clock::now());
  }
  void end_progress(std::string_view text) {
    std::lock_guard lock(mutex_);
    writer_.end_progress(text);
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    std::string_view line(text.data(), text.size());
    line.remove_suffix(line.ends_with('\n'));
    writer_.line(line);
  }
  void flush_() override {}

  ConsoleWriter writer_;
};

struct Logger::Backend {
  Rank rank;
  spdlog::logger logger;
};

Logger::Logger(Rank rank, Console console, LogLevel lowest)
    : sink_(std::make_shared<Sink>(console)),
      backend_(std::make_unique<Backend>(Backend{rank, spdlog::logger("switchyard", sink_)})) {
  LogLevel shown = rank.value == 0 ? lowest : std::max(lowest, LogLevel::warning);
  backend_->logger.set_level(to_spdlog(shown));
  backend_->logger.set_pattern("[%H:%M:%S] %v");
}

Logger::~Logger() = default;

bool Logger::shows(LogLevel level) const {
  return backend_->logger.should_log(to_spdlog(level));
}

void Logger::write(LogLevel level, std::string_view message) {
  if (!shows(level)) return;
  std::string prefix;
  if (level >= LogLevel::warning)
    prefix = fmt::format("rank {} {}: ", backend_->rank.value,
                         level == LogLevel::warning ? "warning" : "error");
  backend_->logger.log(to_spdlog(level), "{}{}", prefix, message);
}

void Logger::progress(std::string_view text) {
  if (backend_->rank.value == 0) sink_->progress(text);
}

void Logger::end_progress(std::string_view text) {
  if (backend_->rank.value == 0) sink_->end_progress(text);
}

}  // namespace switchyard
