#include "apps/bench/value_pattern.hpp"

#include <algorithm>
#include <vector>

namespace switchyard {
namespace {

/// A prime: shifts by powers of two change every value.
constexpr std::uint64_t kMostValues = 251;
/// bf16 holds whole numbers up to 2^8.
constexpr std::uint64_t kExactInBf16 = 256;

template <class F>
decltype(auto) dispatch_exchanged(DType dtype, F&& f) {
  switch (dtype) {
    case DType::bf16:
      return f.template operator()<BFloat16>();
    case DType::i64:
      return f.template operator()<std::int64_t>();
    default:
      return dispatch_float(dtype, f);
  }
}

template <class T>
T to_element(double value) {
  if constexpr (std::is_same_v<T, BFloat16>)
    return BFloat16(static_cast<float>(value));
  else
    return static_cast<T>(value);
}

template <class T>
double to_double(T element) {
  if constexpr (std::is_same_v<T, BFloat16>)
    return static_cast<float>(element);
  else
    return static_cast<double>(element);
}

}  // namespace

ValuePattern::ValuePattern(DType dtype, int ranks) : ranks_(ranks), values_(kMostValues) {
  if (dtype != DType::bf16) return;
  values_ = std::min(kMostValues, kExactInBf16 / static_cast<std::uint64_t>(ranks) + 1);
  SY_REQUIRE(values_ > 1, ExitCode::bad_usage,
             "--check cannot tell wrong sums of {} ranks in bf16 (it has 8 bits); take --dtype f32 "
             "or --check off",
             ranks);
}

double ValuePattern::value(int rank, std::int64_t element) const {
  // Multiplicative hashing by odd constants: neighbours in either direction differ.
  const std::uint64_t key = static_cast<std::uint64_t>(element) * 0x9e3779b97f4a7c15u +
                            static_cast<std::uint64_t>(rank) * 0xc2b2ae3d27d4eb4fu;
  return static_cast<double>((key >> 32) % values_);
}

double ValuePattern::sum(std::int64_t element) const {
  double total = 0;
  for (int rank = 0; rank < ranks_; ++rank) total += value(rank, element);
  return total;
}

void fill(Backend& backend, Tensor& x, const Expected& values) {
  dispatch_exchanged(x.dtype(), [&]<class T>() {
    std::vector<T> elements;
    for (std::int64_t i = 0; i < x.numel(); ++i) elements.push_back(to_element<T>(values(i)));
    backend.upload(elements.data(), x);
  });
}

std::int64_t count_different(Backend& backend, const Tensor& x, const Expected& expected) {
  return dispatch_exchanged(x.dtype(), [&]<class T>() {
    std::vector<T> elements(static_cast<std::size_t>(x.numel()));
    backend.to_host(x, elements.data());
    std::int64_t different = 0;
    for (std::int64_t i = 0; i < x.numel(); ++i)
      different += to_double(elements[static_cast<std::size_t>(i)]) != expected(i);
    return different;
  });
}

}  // namespace switchyard
