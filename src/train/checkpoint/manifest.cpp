#include "train/checkpoint/manifest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"

namespace switchyard {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kFormatVersion = 1;
constexpr std::size_t kChunkBytes = 1 << 20;

json to_json(const Manifest& manifest) {
  json files = json::array();
  for (const FileRecord& file : manifest.files)
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"crc32", file.crc}});
  return {{"version", kFormatVersion},
          {"step", manifest.step},
          {"best_step", manifest.best_step ? json(*manifest.best_step) : json()},
          {"progress", manifest.progress},
          {"grid", {{"dp", manifest.dp}, {"ep", manifest.ep}}},
          {"files", files}};
}

Manifest from_json(const json& body) {
  Manifest manifest{.step = body.at("step"),
                    .best_step = std::nullopt,
                    .progress = body.at("progress"),
                    .dp = body.at("grid").at("dp"),
                    .ep = body.at("grid").at("ep"),
                    .files = {}};
  if (!body.at("best_step").is_null()) manifest.best_step = body["best_step"].get<std::int64_t>();
  for (const json& file : body.at("files"))
    manifest.files.push_back({file.at("name"), file.at("bytes"), file.at("crc32")});
  return manifest;
}

// Throws json::exception where the text is not of the format.
Manifest parse(const std::string& text, const std::string& path) {
  json document = json::parse(text);
  const json& body = document.at("checkpoint");
  int version = body.at("version");
  SY_REQUIRE(version == kFormatVersion, ExitCode::bad_data,
             "{} has format version {} (this program reads {}); use the program that wrote it",
             path, version, kFormatVersion);
  // The body is printed the same again: sorted keys, integers and text only.
  SY_REQUIRE(document.at("crc32") == text_crc(body.dump()), ExitCode::bad_data,
             "{} does not match its checksum; the checkpoint is damaged", path);
  return from_json(body);
}

}  // namespace

std::uint32_t text_crc(std::string_view text) {
  return crc32(std::as_bytes(std::span(text.data(), text.size())));
}

FileRecord record_file(const fs::path& folder, const std::string& name) {
  InputFile file(folder / name);
  FileRecord record{name, file.size(), 0};
  std::vector<std::byte> chunk(kChunkBytes);
  for (std::uint64_t at = 0; at < record.bytes; at += chunk.size()) {
    chunk.resize(std::min<std::uint64_t>(kChunkBytes, record.bytes - at));
    file.read_at(at, chunk);
    record.crc = crc32(chunk, record.crc);
  }
  return record;
}

void write_manifest(const fs::path& folder, const Manifest& manifest) {
  json body = to_json(manifest);
  json document = {{"crc32", text_crc(body.dump())}, {"checkpoint", body}};
  write_file(folder / kManifestName, document.dump(2) + "\n");
}

Manifest read_manifest(const fs::path& folder) {
  fs::path path = folder / kManifestName;
  std::string text = read_file(path);
  try {
    return parse(text, path.string());
  } catch (const json::exception& error) {
    fail(ExitCode::bad_data,
         fmt::format("{} is damaged or no checkpoint's state ({})", path.string(), error.what()));
  }
}

void verify_file(const fs::path& folder, const FileRecord& expected) {
  std::uint64_t bytes = InputFile(folder / expected.name).size();
  SY_REQUIRE(bytes == expected.bytes, ExitCode::bad_data,
             "{} holds {} bytes (expected {}); the checkpoint is damaged",
             (folder / expected.name).string(), bytes, expected.bytes);
  SY_REQUIRE(record_file(folder, expected.name).crc == expected.crc, ExitCode::bad_data,
             "{} does not match its checksum; the checkpoint is damaged",
             (folder / expected.name).string());
}

}  // namespace switchyard
