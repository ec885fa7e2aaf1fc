#pragma once
// Vectors over a model's parameters in files, under PyTorch's names and layouts: sharded
// safetensors like those of checkpoints, one set of files a vector.

#include <filesystem>
#include <string>

#include "parallel/parameter_space.hpp"

namespace switchyard {

/// Writes x as `stem`-00001-of-0000N.safetensors ... with `stem`.safetensors.index.json and
/// `stem`.crc32.json, the CRC-32 of each of these files, last: where it is there, the vector is
/// whole. Collective over the world.
void write_vector(const std::filesystem::path& folder, const std::string& stem,
                  ParameterSpace& space, const ProcessGrid& grid, const Tensor& x);

/// The vector that write_vector() wrote, on any grid, to the bit. Throws Error(bad_data) where a
/// file is not there, not as it was written, or not over this space's parameters. Collective.
Tensor read_vector(const std::filesystem::path& folder, const std::string& stem,
                   ParameterSpace& space, const ProcessGrid& grid, DType dtype);

}  // namespace switchyard
