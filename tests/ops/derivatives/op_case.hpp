#pragma once
// Differentiable functions to check, each a name, its inputs' shapes and a forward.

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "ops/derivatives/point.hpp"
#include "ops/tape.hpp"

namespace switchyard::test {

using Inputs = std::span<const Variable>;

/// Where the numbers of the inputs are drawn from.
enum class Domain {
  off_zero,  ///< 0.3 <= |x| <= 1.3: away from the kink of ReLU
  positive,  ///< 0.5 <= x <= 1.5
};

struct OpCase {
  std::string name;
  std::vector<Shape> shapes;
  std::function<Variable(Tape&, Inputs)> forward;
  Domain domain = Domain::off_zero;
  std::set<std::size_t> replicated = {};  ///< inputs that are the same on every rank
};

/// A random point of the case's domain, this rank's part.
Point random_point(const OpCase& op, const Ranks& ranks);
/// A random direction in [-1, 1] along the inputs that `seeded` names; empty blocks elsewhere.
Point random_direction(const OpCase& op, const Ranks& ranks, int number,
                       const std::function<bool(std::size_t)>& seeded);

/// The differentiable ops on batches of `rows` rows; 0 is allowed.
std::vector<OpCase> op_cases(std::int64_t rows);
std::vector<OpCase> arithmetic_cases(std::int64_t rows);
std::vector<OpCase> layer_cases(std::int64_t rows);
std::vector<OpCase> row_cases(std::int64_t rows);
std::vector<OpCase> routing_cases(std::int64_t rows);
std::vector<OpCase> batch_norm_cases(std::int64_t rows);

}  // namespace switchyard::test
