#pragma once
// Files, whole or not at all. Every Error names the path and the system's own words.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace switchyard {

/// CRC-32 (zlib's polynomial); pass the sum so far to continue it.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t so_far = 0);

/// An open file descriptor; -1 holds nothing. Closed on destruction.
class FileDescriptor {
 public:
  explicit FileDescriptor(int value = -1) : value_(value) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return value_; }

 private:
  int value_;
};

/// A file open for reading at any offset. Failures carry `code`.
class InputFile {
 public:
  explicit InputFile(std::filesystem::path path, ExitCode code = ExitCode::bad_data);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// Fills all of `bytes` from `offset`; a file that ends before is an Error. Thread safe.
  void read_at(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  std::filesystem::path path_;
  ExitCode code_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

/// A file that appears under its name only when commit() has brought every byte to the disk; until
/// then it is `path`.partial, which goes when this object goes. Failures are Error(run_failed).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// CRC-32 of all bytes written so far.
  std::uint32_t checksum() const { return checksum_; }
  /// Write, fsync, rename, fsync of the folder. Call once, last.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path partial_;
  FileDescriptor file_;
  std::uint32_t checksum_ = 0;
  bool committed_ = false;
};

/// Renames a file or folder within a file system, replacing a file `to`, and brings the new name to
/// the disk.
void rename_path(const std::filesystem::path& from, const std::filesystem::path& to);

/// The whole file.
std::string read_file(const std::filesystem::path& path, ExitCode code = ExitCode::bad_data);

/// Replaces `path` by `text`: a reader, or a crash at any instant, sees the old or the new file.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace switchyard
