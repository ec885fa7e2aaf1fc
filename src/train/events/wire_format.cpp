#include "train/events/wire_format.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace switchyard {
namespace {

static_assert(std::endian::native == std::endian::little);

enum WireType { varint_type = 0, fixed64_type = 1, length_type = 2, fixed32_type = 5 };

template <class T>
std::string bytes_of(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

// Castagnoli's polynomial, bits reversed.
constexpr std::uint32_t kPolynomial = 0x82f63b78;

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? kPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}();

std::uint32_t crc32c(std::string_view data) {
  std::uint32_t crc = ~0u;
  for (char byte : data) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

std::string masked_checksum(std::string_view data) {
  constexpr std::uint32_t kDelta = 0xa282ead8;
  return bytes_of(std::rotr(crc32c(data), 15) + kDelta);
}

}  // namespace

void WireMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) text_.push_back(static_cast<char>(value | 0x80));
  text_.push_back(static_cast<char>(value));
}

void WireMessage::tag(int field, int type) {
  varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type));
}

WireMessage& WireMessage::integer(int field, std::uint64_t value) {
  tag(field, varint_type);
  varint(value);
  return *this;
}

WireMessage& WireMessage::real(int field, double value) {
  tag(field, fixed64_type);
  text_ += bytes_of(value);
  return *this;
}

WireMessage& WireMessage::single(int field, float value) {
  tag(field, fixed32_type);
  text_ += bytes_of(value);
  return *this;
}

WireMessage& WireMessage::bytes(int field, std::string_view value) {
  tag(field, length_type);
  varint(value.size());
  text_ += value;
  return *this;
}

WireMessage& WireMessage::reals(int field, std::span<const double> values) {
  const auto bytes = std::as_bytes(values);
  return this->bytes(field, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string tf_record(std::string_view data) {
  const std::string length = bytes_of(static_cast<std::uint64_t>(data.size()));
  std::string record = length + masked_checksum(length);
  record += data;
  return record + masked_checksum(data);
}

}  // namespace switchyard
