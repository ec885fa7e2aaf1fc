#include "base/file.hpp"

#include <gtest/gtest.h>

#include <array>

#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

using testing::error_text;
using testing::TempFolder;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Crc32, MatchesTheStandardCheckValueAndContinues) {
  EXPECT_EQ(crc32(bytes_of("123456789")), 0xCBF43926u);
  EXPECT_EQ(crc32(bytes_of("6789"), crc32(bytes_of("12345"))), 0xCBF43926u);
  EXPECT_EQ(crc32({}), 0u);
}

TEST(File, RoundTripsBytes) {
  TempFolder folder;
  std::string text("a\0b\n", 4);
  write_file(folder / "x", text);
  EXPECT_EQ(read_file(folder / "x"), text);
  write_file(folder / "x", "");
  EXPECT_EQ(read_file(folder / "x"), "");
}

TEST(AtomicFile, LeavesTheOldFileUntilCommitted) {
  TempFolder folder;
  write_file(folder / "x", "old");
  {
    AtomicFile file(folder / "x");
    file.write("new");
    EXPECT_EQ(read_file(folder / "x"), "old");
  }
  EXPECT_EQ(read_file(folder / "x"), "old");
  EXPECT_FALSE(std::filesystem::exists(folder / "x.partial"));
  AtomicFile file(folder / "x");
  file.write("123456789");
  EXPECT_EQ(file.checksum(), 0xCBF43926u);
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "123456789");
  EXPECT_FALSE(std::filesystem::exists(folder / "x.partial"));
}

TEST(AtomicFile, SaysThatTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  TempFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "x.partial");
  AtomicFile file(folder / "x");
  std::string message = error_text(ExitCode::run_failed, [&] { file.write("data"); });
  EXPECT_NE(message.find("No space left on device"), message.npos) << message;
  EXPECT_NE(message.find((folder / "x").string()), message.npos) << message;
}

TEST(File, NamesPathAndReasonOfAFailure) {
  TempFolder folder;
  std::string missing = (folder / "no" / "file").string();
  std::string reading =
      error_text(ExitCode::bad_usage, [&] { read_file(missing, ExitCode::bad_usage); });
  EXPECT_EQ(reading, "cannot read " + missing + " (No such file or directory); check the path");
  std::string writing = error_text(ExitCode::run_failed, [&] { write_file(missing, "x"); });
  EXPECT_NE(writing.find(missing), writing.npos) << writing;
  std::string is_folder = error_text(ExitCode::bad_data, [&] { read_file(folder.path()); });
  EXPECT_NE(is_folder.find("not a regular file"), is_folder.npos) << is_folder;
}

TEST(InputFile, ReadsAtAnOffsetAndRefusesToReadPastTheEnd) {
  TempFolder folder;
  write_file(folder / "x", "0123456789");
  InputFile file(folder / "x");
  EXPECT_EQ(file.size(), 10u);
  std::array<char, 4> buffer;
  file.read_at(3, std::as_writable_bytes(std::span(buffer)));
  EXPECT_EQ(std::string(buffer.data(), 4), "3456");
  std::string message = error_text(
      ExitCode::bad_data, [&] { file.read_at(8, std::as_writable_bytes(std::span(buffer))); });
  EXPECT_NE(message.find("ends at byte 10 (2 more"), message.npos) << message;
}

}  // namespace
}  // namespace switchyard
