#include "analysis/trace/probes.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace switchyard {

std::vector<Tensor> next_probes(SymmetricOperator& a, std::uint64_t seed, std::int64_t first,
                                std::int64_t last) {
  std::vector<Tensor> probes;
  last = std::min(last, first + a.block());
  for (std::int64_t i = first; i < last; ++i)
    probes.push_back(a.space().random(RandomEntries::rademacher, seed, i));
  return probes;
}

BasisOptions storage(const VectorSpace& space, const TraceOptions& options, int bases) {
  return {.dtype = space.dtype(),
          .memory = options.memory,
          .device_bytes = options.device_bytes / static_cast<std::size_t>(bases)};
}

std::vector<Tensor> stored_block(const KrylovBasis& vectors, int begin, int end) {
  std::vector<Tensor> block;
  for (int i = begin; i < end; ++i) block.push_back(vectors.stored(i));
  return block;
}

std::vector<double> stored_products(const VectorSpace& space, const KrylovBasis& vectors, int count,
                                    const Tensor& x) {
  return space.dots(
      count, [&](std::int64_t i) { return vectors.stored(static_cast<int>(i)); }, x);
}

double require_finite(double number) {
  SY_REQUIRE(std::isfinite(number), ExitCode::run_failed,
             "a product of a trace's probe is not finite; the loss or its derivatives overflow at "
             "these parameters");
  return number;
}

bool accurate_enough(const TraceEstimate& estimate, const TraceOptions& options) {
  return std::ssize(estimate.samples) >= options.min_samples &&
         estimate.standard_error <= options.rel_error * std::abs(estimate.trace);
}

}  // namespace switchyard
