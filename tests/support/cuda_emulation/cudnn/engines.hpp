#pragma once
// The engines that the double of cuDNN offers: good ones, and one of each kind that a careful
// caller does not take.

#include "cuda_emulation/cudnn/content.hpp"

namespace cuda_emulation::cudnn {

/// How an engine's numbers differ from exact ones.
enum class Rounding {
  none,
  tf32,   ///< products of floats have ten bits of mantissa
  bf16,   ///< inputs are shortened first
  noisy,  ///< the result is off by a thousandth, for sums in another order
};

struct Engine {
  std::int64_t index;
  std::vector<cudnnBackendNumericalNote_t> notes = {};
  std::int64_t workspace_bytes = 0;
  Rounding rounding = Rounding::none;
  bool slow = false;  ///< takes CUDA_EMULATION_SLOW_ENGINE milliseconds longer
  cudnnStatus_t on_finalize = CUDNN_STATUS_SUCCESS;
  cudnnStatus_t on_execute = CUDNN_STATUS_SUCCESS;
};

/// An engine by its number; one that does not exist is a std::out_of_range.
const Engine& engine_at(std::int64_t index);

/// What mode A, or else the list of fallbacks, proposes for a graph. There are no engines for
/// double, for kernels of 7 x 7, and for fusions whose channels are not a multiple of 4.
std::vector<std::int64_t> proposals(const Content& graph, cudnnBackendHeurMode_t mode);

/// The tensors that an operation of a graph reads and the one it writes, which comes last.
std::vector<const Content*> tensors_of(const Content& operation);

/// Addresses of a graph's tensors by name.
using Places = std::map<std::int64_t, std::byte*>;

/// Does a graph's operations with such rounding. Called with device memory open.
void run_graph(const Shared& graph, Rounding rounding, const Places& places);

}  // namespace cuda_emulation::cudnn
