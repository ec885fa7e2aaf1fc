#include "ops/derivatives/op_case.hpp"

#include <iterator>

#include "base/random.hpp"

namespace switchyard::test {
namespace {

// Uniform in (0, 1) for input `i`, different on every rank unless it is replicated.
std::vector<double> uniform_block(const OpCase& op, const Ranks& ranks, int draw, std::size_t i) {
  RandomStream stream(7, RandomPurpose::probe_vector, static_cast<std::uint64_t>(draw));
  int rank = op.replicated.contains(i) ? 0 : ranks.rank;
  std::uint64_t sample = static_cast<std::uint64_t>(rank) * 1000 + i;
  std::vector<double> u(static_cast<std::size_t>(count_elements(op.shapes[i])));
  for (std::size_t j = 0; j < u.size(); ++j)
    u[j] = stream.uniform(sample, static_cast<std::uint32_t>(j));
  return u;
}

double to_domain(Domain domain, double u) {
  if (domain == Domain::positive) return 0.5 + u;
  double signed_unit = 2.0 * u - 1.0;
  return signed_unit + (signed_unit < 0 ? -0.3 : 0.3);
}

}  // namespace

Point random_point(const OpCase& op, const Ranks& ranks) {
  Point point;
  for (std::size_t i = 0; i < op.shapes.size(); ++i) {
    auto block = uniform_block(op, ranks, 0, i);
    for (double& u : block) u = to_domain(op.domain, u);
    point.push_back(std::move(block));
  }
  return point;
}

Point random_direction(const OpCase& op, const Ranks& ranks, int number,
                       const std::function<bool(std::size_t)>& seeded) {
  Point point(op.shapes.size());
  for (std::size_t i = 0; i < op.shapes.size(); ++i) {
    if (!seeded(i)) continue;
    point[i] = uniform_block(op, ranks, 1 + number, i);
    for (double& u : point[i]) u = 2.0 * u - 1.0;
  }
  return point;
}

std::vector<OpCase> op_cases(std::int64_t rows) {
  std::vector<OpCase> all;
  for (auto* group : {arithmetic_cases, layer_cases, row_cases, routing_cases, batch_norm_cases}) {
    auto cases = group(rows);
    all.insert(all.end(), std::make_move_iterator(cases.begin()),
               std::make_move_iterator(cases.end()));
  }
  return all;
}

}  // namespace switchyard::test
