#pragma once
// The JSON header of a safetensors file: text to entries and back.

#include <string>
#include <vector>

#include "device/safetensors.hpp"

namespace switchyard {

struct SafetensorsHeader {
  std::vector<TensorEntry> entries;
  Metadata metadata;
};

/// Reads and checks the header: JSON, types, shapes, and that the tensors tile the data exactly,
/// with neither gap nor overlap (the format's own rule).
SafetensorsHeader read_safetensors_header(const InputFile& file);

/// Length field and JSON, padded with spaces to a multiple of 64 bytes; `begin` of the entries
/// counts from the start of the data.
std::string print_safetensors_header(const SafetensorsHeader& header);

}  // namespace switchyard
