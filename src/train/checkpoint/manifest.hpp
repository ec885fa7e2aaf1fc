#pragma once
// state.json of a checkpoint: where training stood, and every other file with size and checksum.
// It is written last and carries a checksum of its own.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace switchyard {

inline constexpr const char* kManifestName = "state.json";

struct FileRecord {
  std::string name;  ///< within the checkpoint's folder
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;  ///< CRC-32 of the whole file
};

struct Manifest {
  std::int64_t step = 0;                  ///< optimizer steps taken
  std::optional<std::int64_t> best_step;  ///< of the best checkpoint until then
  std::string progress;                   ///< the trainer's own text
  int dp = 1;                             ///< grid that wrote it
  int ep = 1;
  std::vector<FileRecord> files;
};

/// CRC-32 of a text.
std::uint32_t text_crc(std::string_view text);

/// Size and CRC-32 of a file of `folder`.
FileRecord record_file(const std::filesystem::path& folder, const std::string& name);

/// Writes state.json into `folder`.
void write_manifest(const std::filesystem::path& folder, const Manifest& manifest);

/// Reads and checks state.json. Throws Error(bad_data).
Manifest read_manifest(const std::filesystem::path& folder);

/// Throws Error(bad_data) where the file is not the recorded one.
void verify_file(const std::filesystem::path& folder, const FileRecord& expected);

}  // namespace switchyard
