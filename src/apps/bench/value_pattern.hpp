#pragma once
// Values that tell whether an exchange has brought every element to its place: whole numbers that
// are exact in a type, and so are sums of them over ranks.

#include <cstdint>
#include <functional>

#include "ops/backend.hpp"

namespace switchyard {

class ValuePattern {
 public:
  /// Error(bad_usage) where sums over so many ranks are not exact in `dtype` (bf16 beyond 256).
  ValuePattern(DType dtype, int ranks);

  /// Of an element of what `rank` gives.
  double value(int rank, std::int64_t element) const;
  /// Over all ranks.
  double sum(std::int64_t element) const;

 private:
  int ranks_;
  std::uint64_t values_;  ///< they are below it
};

/// The value that an element is to have.
using Expected = std::function<double(std::int64_t element)>;

/// x[i] = values(i); x is f32, f64, bf16 or i64 in the backend's memory.
void fill(Backend& backend, Tensor& x, const Expected& values);
/// How many elements of x differ from what was expected.
std::int64_t count_different(Backend& backend, const Tensor& x, const Expected& expected);

}  // namespace switchyard
