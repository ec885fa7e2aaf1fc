#pragma once
// Fixed random choices over a data set, the same as PyTorch's for the same seed.

#include <cstdint>
#include <vector>

namespace switchyard {

/// torch.randperm(n) with a generator seeded by `seed`: mt19937 and a forward Fisher-Yates
/// shuffle. Its beginning serves as a fixed random subset.
std::vector<std::int64_t> random_permutation(std::int64_t n, std::uint64_t seed);

/// Which samples of the training pool are for training and which for validation.
struct Split {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
};

/// torch.utils.data.random_split(n, [n - validation, validation]).
/// Requires 0 <= validation < n.
Split split_pool(std::int64_t n, std::int64_t validation, std::uint64_t seed);

/// One tenth of the pool: 5,000 of CIFAR-10's 50,000.
inline std::int64_t default_validation_count(std::int64_t n) {
  return n / 10;
}

}  // namespace switchyard
