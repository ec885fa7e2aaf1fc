#include "ops/cuda/conv_choices.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/file.hpp"

namespace switchyard {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void read_lines(const std::string& text, std::map<std::string, std::string>& into) {
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::size_t tab = text.find('\t', begin);
    if (tab < end)
      into.try_emplace(text.substr(begin, tab - begin), text.substr(tab + 1, end - tab - 1));
  }
}

[[noreturn]] void fail_on(const std::filesystem::path& file) {
  fail(ExitCode::run_failed,
       fmt::format("the choice of a convolution's engine cannot be kept in {} ({}); other launches "
                   "may choose otherwise and differ in the last bits",
                   file.string(), std::strerror(errno)));
}

/// Open to append, and nobody else's until it is closed. It is held for a read and a write only.
FileDescriptor open_locked(const std::filesystem::path& file) {
  std::error_code ignored;  // opening says it better
  std::filesystem::create_directories(file.parent_path(), ignored);
  FileDescriptor opened(open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (opened.get() < 0 || flock(opened.get(), LOCK_EX) != 0) fail_on(file);
  return opened;
}

}  // namespace

ConvChoices::ConvChoices(std::filesystem::path file) : file_(std::move(file)) {
  if (!file_.empty()) read_lines(contents(file_), known_);
}

std::optional<std::string> ConvChoices::find(const std::string& key) const {
  const auto known = known_.find(key);
  return known == known_.end() ? std::nullopt : std::optional(known->second);
}

std::string ConvChoices::settle(const std::string& key, const std::string& engine) {
  if (file_.empty()) return known_.try_emplace(key, engine).first->second;
  const FileDescriptor opened = open_locked(file_);
  const std::string text = contents(file_);
  read_lines(text, known_);
  const auto [entry, is_new] = known_.try_emplace(key, engine);
  if (!is_new) return entry->second;
  const bool cut_short = !text.empty() && text.back() != '\n';
  const std::string line = fmt::format("{}{}\t{}\n", cut_short ? "\n" : "", key, engine);
  if (write(opened.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    fail_on(file_);
  return engine;
}

}  // namespace switchyard
