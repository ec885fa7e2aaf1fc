#include "device/safetensors.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <numeric>

#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

using testing::error_text;
using testing::TempFolder;

// A file of the given JSON header and data.
std::string file_of(const std::string& json, const std::string& data) {
  std::uint64_t length = json.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + json + data;
}

class Safetensors : public ::testing::Test {
 protected:
  template <class T>
  Tensor counting(Shape shape) {
    Tensor tensor(*memory_, std::move(shape), dtype_of<T>());
    auto values = tensor.span<T>();
    std::iota(values.begin(), values.end(), T{1});
    return tensor;
  }

  std::vector<NamedTensor> one_of_each() {
    return {{"z.u8", counting<std::uint8_t>({3})},  {"a.f32", counting<float>({2, 3})},
            {"m.i64", counting<std::int64_t>({})},  {"b.f64", counting<double>({1, 2, 2})},
            {"c.i32", counting<std::int32_t>({5})}, {"empty", counting<float>({0, 7})}};
  }

  std::string open_error(const std::string& bytes) {
    write_file(path_, bytes);
    return error_text(ExitCode::bad_data, [&] { SafetensorsFile::open(path_); });
  }

  TempFolder folder_;
  std::filesystem::path path_ = folder_ / "x.safetensors";
  std::shared_ptr<Allocator> memory_ = make_host_allocator();
};

TEST_F(Safetensors, RoundTripsEveryTypeAndKeepsOrderAndMetadata) {
  auto tensors = one_of_each();
  std::uint32_t checksum = write_safetensors(path_, tensors, {{"step", "3"}, {"ключ", "\"q\"\n"}});
  std::string bytes = read_file(path_);
  EXPECT_EQ(checksum, crc32(std::as_bytes(std::span(bytes.data(), bytes.size()))));
  SafetensorsFile file = SafetensorsFile::open(path_);
  EXPECT_EQ(file.metadata(), (Metadata{{"step", "3"}, {"ключ", "\"q\"\n"}}));
  ASSERT_EQ(file.names().size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, expected] = tensors[i];
    EXPECT_EQ(file.names()[i], name);
    EXPECT_EQ(file.shape(name), expected.shape());
    EXPECT_EQ(file.dtype(name), expected.dtype());
    Tensor read = file.read(name, *memory_);
    ASSERT_EQ(read.bytes(), expected.bytes());
    EXPECT_EQ(std::memcmp(read.raw(), expected.raw(), read.bytes()), 0) << name;
  }
}

TEST_F(Safetensors, DataIsAligned) {
  write_safetensors(path_, {{"u8", counting<std::uint8_t>({3})}, {"f64", counting<double>({2})}});
  std::string bytes = read_file(path_);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  ASSERT_EQ((8 + length) % 64, 0u);
  double first = 0;
  std::memcpy(&first, bytes.data() + 8 + length, sizeof first);
  EXPECT_EQ(first, 1.0);
  EXPECT_EQ(bytes.size(), 8 + length + 2 * 8 + 3);
}

TEST_F(Safetensors, AFileWithoutTensorsIsAFile) {
  write_safetensors(path_, {});
  EXPECT_TRUE(SafetensorsFile::open(path_).names().empty());
}

TEST_F(Safetensors, ReadsTheFormatOfOtherWriters) {
  std::string data("\x01\x00\x00\x00\x00\x00\x80\x3f", 8);
  write_file(path_, file_of(R"({"one":{"dtype":"F32","shape":[],"data_offsets":[4,8]},)"
                            R"("n":{"data_offsets":[0,4],"shape":[1],"dtype":"I32"}}   )",
                            data));
  SafetensorsFile file = SafetensorsFile::open(path_);
  EXPECT_EQ(file.read("one", *memory_).span<float>()[0], 1.0f);
  EXPECT_EQ(file.read("n", *memory_).span<std::int32_t>()[0], 1);
  EXPECT_TRUE(file.metadata().empty());
}

TEST_F(Safetensors, AMissingTensorIsNamedWithItsNearestNeighbour) {
  write_safetensors(path_, {{"head.fc.weight", counting<float>({1})}});
  SafetensorsFile file = SafetensorsFile::open(path_);
  EXPECT_FALSE(file.contains("head.fc.weigth"));
  EXPECT_EQ(error_text(ExitCode::bad_data, [&] { file.read("head.fc.weigth", *memory_); }),
            path_.string() + " holds no tensor 'head.fc.weigth' (the nearest is 'head.fc.weight')");
}

TEST_F(Safetensors, WhatCannotBeWrittenIsRefused) {
  Tensor one = counting<float>({1});
  EXPECT_NE(error_text(ExitCode::run_failed,
                       [&] {
                         write_safetensors(path_, {{"a", one}, {"a", one}});
                       })
                .find("'a'"),
            std::string::npos);
  EXPECT_NE(error_text(ExitCode::run_failed,
                       [&] {
                         write_safetensors(path_, {{"a", {}}});
                       })
                .find("no value"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

struct BadHeader {
  const char* json;
  const char* says;
};

TEST_F(Safetensors, EveryRuleOfTheHeaderIsChecked) {
  const BadHeader cases[] = {
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})", "not valid JSON"},
      {"[]", "not a JSON object"},
      {R"({"a":3})", "not described by an object"},
      {R"({"a":{"shape":[1],"data_offsets":[0,4]}})", "no dtype"},
      {R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", "'F16'"},
      {R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "no list 'shape'"},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "-1"},
      {R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", "1.0"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "not [begin, end]"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "not [begin, end]"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "takes 8 bytes"},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})",
       "impossible shape"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", "expected 0"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
       R"("b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}})",
       "tensor 'b' begins at data offset 1 (expected 4"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
       R"("a":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}})",
       "names tensor 'a' twice"},
      {R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}})", "truncated"},
      {R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", "too long"},
      {R"({"__metadata__":{"a":1}})", "not a string"},
      {R"({"__metadata__":[]})", "not an object"},
      {R"({"a":{"dtype":"U8","shape":[[[[1]]]],"data_offsets":[0,4]}})", "nested"},
  };
  for (const BadHeader& bad : cases) {
    std::string message = open_error(file_of(bad.json, "data"));
    EXPECT_NE(message.find(bad.says), message.npos) << bad.json << "\n" << message;
    EXPECT_TRUE(message.starts_with(path_.string())) << message;
  }
}

TEST_F(Safetensors, FilesCutAnywhereAreRefused) {
  write_safetensors(path_, one_of_each(), {{"key", "value"}});
  std::string bytes = read_file(path_);
  for (std::size_t length = bytes.size(); length-- > 0;) {
    std::filesystem::resize_file(path_, length);
    ASSERT_NE(error_text(ExitCode::bad_data, [&] { SafetensorsFile::open(path_); }), "") << length;
  }
  EXPECT_NE(open_error(bytes + "x").find("too long"), std::string::npos);
  EXPECT_NE(open_error(std::string(8, '\xff')).find("impossible"), std::string::npos);
}

// A flipped bit may leave a valid file (another name), but never a crash, and never a tensor that
// is not in the file.
TEST_F(Safetensors, FlippedBitsInTheHeaderNeverCrash) {
  write_safetensors(path_, one_of_each(), {{"key", "value"}});
  std::string bytes = read_file(path_);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  std::fstream stream(path_, std::ios::in | std::ios::out | std::ios::binary);
  auto put = [&](std::size_t byte, int value) {
    stream.seekp(static_cast<std::streamoff>(byte)).put(static_cast<char>(value)).flush();
  };
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * (8 + length); ++bit) {
    put(bit / 8, bytes[bit / 8] ^ 1 << bit % 8);
    try {
      SafetensorsFile file = SafetensorsFile::open(path_);
      for (const std::string& name : file.names()) file.read(name, *memory_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      ++refused;
    }
    put(bit / 8, bytes[bit / 8]);
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace switchyard
