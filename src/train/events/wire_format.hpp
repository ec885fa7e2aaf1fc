#pragma once
// The two encodings of TensorBoard's event files: messages in protocol buffers' wire format
// (protobuf.dev/programming-guides/encoding), and records of TensorFlow's TFRecord format around
// them. So few fields are written that the library would cost every build more than it saves.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace switchyard {

/// Builds a message, field by field. Numbers of fields are those of the message's definition.
class WireMessage {
 public:
  WireMessage& integer(int field, std::uint64_t value);
  WireMessage& real(int field, double value);
  WireMessage& single(int field, float value);
  /// Text, or another message.
  WireMessage& bytes(int field, std::string_view value);
  /// A packed repeated field.
  WireMessage& reals(int field, std::span<const double> values);

  const std::string& text() const { return text_; }

 private:
  void tag(int field, int type);
  void varint(std::uint64_t value);

  std::string text_;
};

/// Length, its checksum, `data`, its checksum; checksums are CRC-32C (RFC 3720), rotated and
/// shifted as TensorFlow does it. Little-endian.
std::string tf_record(std::string_view data);

}  // namespace switchyard
