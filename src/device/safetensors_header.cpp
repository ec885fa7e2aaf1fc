#include "device/safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "the data is written as it lies");

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t alignment = 64;
constexpr std::uint64_t longest_header = 100'000'000;  // the reference implementation's limit
constexpr const char* metadata_key = "__metadata__";

struct Spelling {
  DType dtype;
  std::string_view name;
};
constexpr std::array<Spelling, 5> spellings = {{{DType::f64, "F64"},
                                                {DType::f32, "F32"},
                                                {DType::i64, "I64"},
                                                {DType::i32, "I32"},
                                                {DType::u8, "U8"}}};

std::uint64_t read_length(const InputFile& file) {
  SY_REQUIRE(file.size() >= length_bytes, ExitCode::bad_data,
             "{} holds {} bytes (a safetensors file starts with an 8-byte header length); it is "
             "truncated or no safetensors file",
             file.path().string(), file.size());
  std::uint64_t length = 0;
  file.read_at(0, std::as_writable_bytes(std::span(&length, 1)));
  std::uint64_t most = std::min(longest_header, file.size() - length_bytes);
  SY_REQUIRE(length <= most, ExitCode::bad_data,
             "{}: header length {} at offset 0 is impossible (at most {} for this file); it is "
             "truncated or no safetensors file",
             file.path().string(), length, most);
  return length;
}

// Keeps the order of keys, and refuses what plain parsing would accept in silence: keys that come
// twice and nesting deeper than the format has.
Json parse_json(const std::string& text, const std::string& path) {
  std::set<std::string> names;
  auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    SY_REQUIRE(depth <= 3, ExitCode::bad_data, "{}: the header is nested too deep", path);
    if (event == Json::parse_event_t::key && depth == 1)
      SY_REQUIRE(names.insert(value.get<std::string>()).second, ExitCode::bad_data,
                 "{}: the header names tensor '{}' twice", path, value.get<std::string>());
    return true;
  };
  try {
    Json header = Json::parse(text, check);
    SY_REQUIRE(header.is_object(), ExitCode::bad_data, "{}: the header is not a JSON object", path);
    return header;
  } catch (const Json::exception& error) {
    fail(ExitCode::bad_data,
         fmt::format("{}: the header ({} bytes at offset {}) is not valid JSON ({}); the file is "
                     "damaged",
                     path, text.size(), length_bytes, error.what()));
  }
}

Metadata read_metadata(const Json& json, const std::string& path) {
  SY_REQUIRE(json.is_object(), ExitCode::bad_data, "{}: {} is not an object of strings", path,
             metadata_key);
  Metadata metadata;
  for (const auto& [key, value] : json.items()) {
    SY_REQUIRE(value.is_string(), ExitCode::bad_data, "{}: {} of '{}' is not a string", path,
               metadata_key, key);
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

DType read_dtype(const Json& entry, const std::string& where) {
  auto found = entry.find("dtype");
  SY_REQUIRE(found != entry.end() && found->is_string(), ExitCode::bad_data, "{} has no dtype",
             where);
  const std::string& name = found->get_ref<const std::string&>();
  for (const Spelling& spelling : spellings)
    if (spelling.name == name) return spelling.dtype;
  fail(ExitCode::bad_data,
       fmt::format("{} has dtype '{}'; F64, F32, I64, I32 and U8 are supported", where, name));
}

std::vector<std::uint64_t> read_numbers(const Json& entry, const char* key,
                                        const std::string& where) {
  auto found = entry.find(key);
  SY_REQUIRE(found != entry.end() && found->is_array(), ExitCode::bad_data, "{} has no list '{}'",
             where, key);
  std::vector<std::uint64_t> numbers;
  for (const Json& number : *found) {
    SY_REQUIRE(number.is_number_unsigned(), ExitCode::bad_data,
               "{}: '{}' holds {} (expected whole numbers from 0)", where, key, number.dump());
    numbers.push_back(number.get<std::uint64_t>());
  }
  return numbers;
}

// Bytes of a tensor; sizes that 63 bits cannot hold are refused before anything is allocated.
std::uint64_t byte_count(const std::vector<std::uint64_t>& shape, DType dtype,
                         const std::string& where) {
  std::uint64_t bytes = size_of(dtype);
  for (std::uint64_t length : shape)
    SY_REQUIRE(
        !__builtin_mul_overflow(bytes, length, &bytes) && bytes >> 63 == 0 && length >> 63 == 0,
        ExitCode::bad_data, "{} has an impossible shape ({} elements in one dimension)", where,
        length);
  return bytes;
}

TensorEntry read_entry(const std::string& name, const Json& json, const std::string& path) {
  std::string where = fmt::format("{}: tensor '{}'", path, name);
  SY_REQUIRE(json.is_object(), ExitCode::bad_data, "{} is not described by an object", where);
  TensorEntry entry{.name = name, .dtype = read_dtype(json, where)};
  std::vector<std::uint64_t> shape = read_numbers(json, "shape", where);
  std::vector<std::uint64_t> offsets = read_numbers(json, "data_offsets", where);
  entry.shape.assign(shape.begin(), shape.end());
  entry.bytes = byte_count(shape, entry.dtype, where);
  SY_REQUIRE(offsets.size() == 2 && offsets[0] <= offsets[1], ExitCode::bad_data,
             "{} has data_offsets that are not [begin, end] with begin <= end", where);
  SY_REQUIRE(offsets[1] - offsets[0] == entry.bytes, ExitCode::bad_data,
             "{} of shape {} takes {} bytes, but its data_offsets [{}, {}] hold {}", where,
             to_string(entry.shape), entry.bytes, offsets[0], offsets[1], offsets[1] - offsets[0]);
  entry.begin = offsets[0];
  return entry;
}

// Moves `begin` from the start of the data to the start of the file.
void place_in_file(std::vector<TensorEntry>& entries, std::uint64_t data, const InputFile& file) {
  std::vector<TensorEntry*> by_offset;
  for (TensorEntry& entry : entries) by_offset.push_back(&entry);
  std::sort(by_offset.begin(), by_offset.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->bytes) < std::pair(b->begin, b->bytes);
  });
  std::uint64_t end = 0;
  for (TensorEntry* entry : by_offset) {
    SY_REQUIRE(entry->begin == end, ExitCode::bad_data,
               "{}: tensor '{}' begins at data offset {} (expected {}, where the one before it "
               "ends); the file is damaged",
               file.path().string(), entry->name, entry->begin, end);
    end += entry->bytes;
    entry->begin += data;
  }
  SY_REQUIRE(data + end == file.size(), ExitCode::bad_data,
             "{} holds {} bytes (its header describes {}); it is {}", file.path().string(),
             file.size(), data + end, file.size() < data + end ? "truncated" : "too long");
}

}  // namespace

SafetensorsHeader read_safetensors_header(const InputFile& file) {
  std::string text(read_length(file), '\0');
  file.read_at(length_bytes, std::as_writable_bytes(std::span(text.data(), text.size())));
  std::string path = file.path().string();
  Json json = parse_json(text, path);
  SafetensorsHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name == metadata_key)
      header.metadata = read_metadata(value, path);
    else
      header.entries.push_back(read_entry(name, value, path));
  }
  place_in_file(header.entries, length_bytes + text.size(), file);
  return header;
}

std::string print_safetensors_header(const SafetensorsHeader& header) {
  Json json = Json::object();
  if (!header.metadata.empty()) json[metadata_key] = header.metadata;
  for (const TensorEntry& entry : header.entries) {
    auto spelling = std::find_if(spellings.begin(), spellings.end(),
                                 [&](const Spelling& s) { return s.dtype == entry.dtype; });
    json[entry.name] = {{"dtype", spelling->name},
                        {"shape", entry.shape},
                        {"data_offsets", {entry.begin, entry.begin + entry.bytes}}};
  }
  std::string text = json.dump();
  std::uint64_t whole = length_bytes + text.size();
  text.append((alignment - whole % alignment) % alignment, ' ');
  std::uint64_t length = text.size();
  std::string prefix(length_bytes, '\0');
  std::memcpy(prefix.data(), &length, length_bytes);
  return prefix + text;
}

}  // namespace switchyard
