#pragma once
// Turns the CUDA runtime's error codes into Errors with its own words.

#include <cuda_runtime.h>

#include <source_location>

namespace switchyard {

/// Throws an Error (OutOfMemory for that) unless `status` is cudaSuccess; `call` is its source.
void check_cuda(cudaError_t status, const char* call,
                std::source_location place = std::source_location::current());

}  // namespace switchyard

#define SY_CUDA(call) ::switchyard::check_cuda((call), #call)
