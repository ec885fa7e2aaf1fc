#include "data/files.hpp"

#include <zlib.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "base/error.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> read_plain(const fs::path& file, const std::string& advice) {
  std::error_code error;
  auto size = fs::file_size(file, error);
  SY_REQUIRE(!error, ExitCode::bad_data, "cannot read '{}' ({}); {}", file.string(),
             error.message(), advice);
  std::vector<std::uint8_t> bytes(size);
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  SY_REQUIRE(in, ExitCode::bad_data, "cannot read '{}' (stopped at byte {} of {}); {}",
             file.string(), in.gcount(), size, advice);
  return bytes;
}

std::vector<std::uint8_t> read_gzip(const fs::path& file, const std::string& advice) {
  std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  SY_REQUIRE(in, ExitCode::bad_data, "cannot open '{}'; {}", file.string(), advice);
  constexpr std::size_t kChunk = 1 << 20;
  std::vector<std::uint8_t> bytes;
  int got = 0;
  do {
    auto filled = bytes.size();
    bytes.resize(filled + kChunk);
    got = gzread(in.get(), bytes.data() + filled, kChunk);
    bytes.resize(filled + static_cast<std::size_t>(got > 0 ? got : 0));
  } while (got > 0);
  // A file cut short reads as an end with the error pending.
  int status = Z_OK;
  const char* message = gzerror(in.get(), &status);
  SY_REQUIRE(status == Z_OK, ExitCode::bad_data,
             "'{}' is not a whole gzip file ({}; {} bytes decompressed before it); {}",
             file.string(), message, bytes.size(), advice);
  return bytes;
}

}  // namespace

std::string fetch_again(const std::string& name, const fs::path& folder) {
  return fmt::format("remove the folder {0} and run `launch/fetch-data {1} {0}` to get it again",
                     folder.string(), name);
}

std::vector<std::uint8_t> read_bytes(const fs::path& file, const std::string& advice) {
  SY_REQUIRE(fs::is_regular_file(file), ExitCode::bad_data, "'{}' is missing; {}", file.string(),
             advice);
  return file.extension() == ".gz" ? read_gzip(file, advice) : read_plain(file, advice);
}

std::vector<std::string> read_lines(const fs::path& file, const std::string& advice) {
  auto bytes = read_bytes(file, advice);
  std::istringstream in(std::string(bytes.begin(), bytes.end()));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

void require_size(const fs::path& file, std::size_t size, std::size_t expected,
                  const std::string& layout, const std::string& advice) {
  SY_REQUIRE(size >= expected, ExitCode::bad_data,
             "'{}' is truncated: it ends at byte {} (expected {} bytes, {}); {}", file.string(),
             size, expected, layout, advice);
  SY_REQUIRE(size == expected, ExitCode::bad_data,
             "'{}' is too long: it should end at byte {} ({}) and has {} bytes more; {}",
             file.string(), expected, layout, size - expected, advice);
}

void require_label(const fs::path& file, int label, int classes, std::size_t offset,
                   const std::string& advice) {
  SY_REQUIRE(label >= 0 && label < classes, ExitCode::bad_data,
             "'{}' has label {} at byte {} (expected 0 to {}); {}", file.string(), label, offset,
             classes - 1, advice);
}

}  // namespace switchyard
