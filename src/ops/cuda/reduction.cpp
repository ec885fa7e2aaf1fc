#include <vector>

#include "ops/cuda/broadcast.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/reduction_kernels.hpp"
#include "ops/dispatch.hpp"

namespace switchyard {
namespace {

// Adjacent dimensions that are all kept, or all summed over.
struct Run {
  std::int64_t length;
  bool summed;
};

std::vector<Run> runs_of(const Shape& from, const Shape& to) {
  std::vector<Run> runs;
  for (std::size_t d = 0; d < from.size(); ++d) {
    if (from[d] == 1) continue;
    const std::size_t missing = from.size() - to.size();
    const bool summed = d < missing || to[d - missing] == 1;
    if (!runs.empty() && runs.back().summed == summed)
      runs.back().length *= from[d];
    else
      runs.push_back({from[d], summed});
  }
  return runs;
}

// Takes the first run that is summed over out of `runs`.
SumSizes take_sum(std::vector<Run>& runs) {
  SumSizes sizes;
  auto at = runs.begin();
  for (; !at->summed; ++at) sizes.outer *= at->length;
  sizes.summed = at->length;
  for (auto after = at + 1; after != runs.end(); ++after) sizes.inner *= after->length;
  runs.erase(at);
  return sizes;
}

bool any_summed(const std::vector<Run>& runs) {
  return std::ranges::any_of(runs, &Run::summed);
}

}  // namespace

Tensor CudaBackend::sum_to(const Tensor& x, const Shape& shape) {
  require_broadcastable(shape, x.shape());
  std::vector<Run> runs = runs_of(x.shape(), shape);
  if (!any_summed(runs)) return convert(x, x.dtype()).reshape(shape);

  auto sum = [&](const Tensor& from, const SumSizes& sizes, std::int64_t parts, DType to) {
    Tensor y = empty({sizes.outer * parts * sizes.inner}, to);
    dispatch_compute(from.dtype(), [&]<class In>() {
      if (to == DType::f64)
        launch_sum_middle(from.data<In>(), y.data<double>(), sizes, parts, stream());
      else
        dispatch_compute(to, [&]<class Out>() {
          if constexpr (std::is_same_v<In, Out> || std::is_same_v<In, double>)
            launch_sum_middle(from.data<In>(), y.data<Out>(), sizes, parts, stream());
        });
    });
    return y;
  };
  Tensor rest = x;
  while (any_summed(runs)) {
    SumSizes sizes = take_sum(runs);
    if (const std::int64_t parts = sum_parts(sizes); parts > 1) {
      rest = sum(rest, sizes, parts, DType::f64);
      sizes.summed = parts;
    }
    rest = sum(rest, sizes, 1, any_summed(runs) ? DType::f64 : x.dtype());
  }
  return rest.reshape(shape);
}

}  // namespace switchyard
