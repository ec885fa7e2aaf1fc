#pragma once
// The element types that doubles of libraries read from and write to device memory.

#include <library_types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cuda_emulation {

/// CUDA_R_32F, CUDA_R_64F or CUDA_R_16BF; any other is a std::logic_error.
std::size_t size_of(cudaDataType_t type);
double load(const std::byte* address, cudaDataType_t type);
/// Rounds to nearest, ties to even.
void store(std::byte* address, cudaDataType_t type, double value);
/// What a tensor core sees of a float: ten bits of its mantissa, to nearest.
double round_to_tf32(double value);

}  // namespace cuda_emulation
