// Bytes that other programs have written, and the standard's own examples.

#include "train/events/wire_format.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace switchyard {
namespace {

std::string bytes(const std::vector<int>& values) {
  return {values.begin(), values.end()};
}

// protobuf.dev/programming-guides/encoding: field 1 as 150, field 2 as "testing".
TEST(WireMessage, HasTheBytesOfTheEncodingsExamples) {
  EXPECT_EQ(WireMessage().integer(1, 150).text(), bytes({0x08, 0x96, 0x01}));
  EXPECT_EQ(WireMessage().bytes(2, "testing").text(), "\x12\x07testing");
  const std::string nested = WireMessage().integer(1, 150).text();
  EXPECT_EQ(WireMessage().bytes(3, nested).text(), bytes({0x1a, 0x03, 0x08, 0x96, 0x01}));
}

TEST(WireMessage, WritesNumbersAsTheyLieInMemory) {
  EXPECT_EQ(WireMessage().real(1, 1.0).text(), bytes({0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}));
  EXPECT_EQ(WireMessage().single(2, 1.0f).text(), bytes({0x15, 0, 0, 0x80, 0x3f}));
  const std::vector<double> one = {1.0};
  EXPECT_EQ(WireMessage().reals(7, one).text(), bytes({0x3a, 8, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}));
}

// The first bytes of every event file that TensorFlow writes: a record of 24 bytes.
TEST(TfRecord, BeginsAsTensorFlowsDo) {
  const std::string record = tf_record(std::string(24, 'x'));
  EXPECT_EQ(record.substr(0, 12), bytes({0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22}));
  EXPECT_EQ(record.size(), 8u + 4 + 24 + 4);
}

// CRC-32C of "123456789" is e3069283, the check value of every catalogue; rotated right by 15 bits,
// plus a282ead8.
TEST(TfRecord, EndsWithAMaskedChecksum) {
  const std::string record = tf_record("123456789");
  const std::uint32_t crc = 0xe3069283, masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8;
  std::string expected;
  for (int shift : {0, 8, 16, 24}) expected.push_back(static_cast<char>(masked >> shift));
  EXPECT_EQ(record.substr(record.size() - 4), expected);
}

}  // namespace
}  // namespace switchyard
