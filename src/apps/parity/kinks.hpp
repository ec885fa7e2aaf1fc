#pragma once
// Which side of ReLU's kink each input fell on, in double, and a float run made to agree.
//
// At an input within rounding of 0 float may take the other branch. The outputs hardly notice, but
// the gradient jumps, by more than any tolerance for rounding allows. Such a jump is no error of
// the arithmetic: with the branches taken alike it must go away.

#include <memory>
#include <vector>

#include "ops/backend.hpp"

namespace switchyard::parity {

/// The outputs of every ReLU of a run, in the order in which they were computed.
struct KinkLog {
  std::vector<Tensor> outputs;  ///< f32, host
  std::size_t next = 0;         ///< the one to replay next
  std::int64_t changed = 0;     ///< branches that replaying has changed
};

enum class KinkUse { record, replay };

/// The kernels of `inner`, whose ReLUs write to the log, or take their branches from it wherever
/// the logged output is next to 0 as well. `inner` and `log` must outlive the backend.
std::unique_ptr<Backend> make_kink_backend(Backend& inner, KinkUse use, KinkLog& log);

}  // namespace switchyard::parity
