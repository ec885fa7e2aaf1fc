#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace switchyard {
namespace {

[[noreturn]] void fail_with_errno(ExitCode code, std::string_view action,
                                  const std::filesystem::path& path) {
  int reason = errno;
  std::string_view advice = reason == ENOSPC || reason == EDQUOT
                                ? "free some space or choose another folder"
                            : reason == EACCES || reason == EROFS || reason == EPERM
                                ? "check the permissions or choose another folder"
                            : reason == ENOENT ? "check the path"
                                               : "check the path and its file system";
  fail(code,
       fmt::format("cannot {} {} ({}); {}", action, path.string(), std::strerror(reason), advice));
}

FileDescriptor open_or_fail(const std::filesystem::path& path, int flags, ExitCode code,
                            std::string_view action) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (file.get() < 0) fail_with_errno(code, action, path);
  return file;
}

void sync_folder(const std::filesystem::path& path) {
  std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  FileDescriptor file = open_or_fail(folder, O_RDONLY | O_DIRECTORY, ExitCode::run_failed, "open");
  // Some network file systems cannot sync folders and say EINVAL: there is nothing to wait for.
  if (::fsync(file.get()) != 0 && errno != EINVAL)
    fail_with_errno(ExitCode::run_failed, "sync the folder", folder);
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t so_far) {
  return static_cast<std::uint32_t>(
      ::crc32_z(so_far, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : value_(std::exchange(other.value_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(value_, other.value_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (value_ >= 0) ::close(value_);
}

InputFile::InputFile(std::filesystem::path path, ExitCode code)
    : path_(std::move(path)), code_(code), file_(open_or_fail(path_, O_RDONLY, code, "read")) {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) fail_with_errno(code_, "read", path_);
  SY_REQUIRE(S_ISREG(status.st_mode), code_, "cannot read {} (not a regular file); check the path",
             path_.string());
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    ssize_t got = ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with_errno(code_, "read", path_);
    SY_REQUIRE(got > 0, code_, "{} ends at byte {} ({} more were expected); it is truncated",
               path_.string(), offset, bytes.size());
    offset += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)),
      partial_(path_.string() + ".partial"),
      file_(open_or_fail(partial_, O_WRONLY | O_CREAT | O_TRUNC, ExitCode::run_failed, "write")) {}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(partial_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  checksum_ = crc32(bytes, checksum_);
  while (!bytes.empty()) {
    ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_with_errno(ExitCode::run_failed, "write", partial_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::commit() {
  if (::fsync(file_.get()) != 0) fail_with_errno(ExitCode::run_failed, "sync", partial_);
  rename_path(partial_, path_);
  committed_ = true;
}

void rename_path(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_with_errno(ExitCode::run_failed, "write", to);
  sync_folder(to);
}

std::string read_file(const std::filesystem::path& path, ExitCode code) {
  InputFile file(path, code);
  std::string text(file.size(), '\0');
  file.read_at(0, std::as_writable_bytes(std::span(text.data(), text.size())));
  return text;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace switchyard
