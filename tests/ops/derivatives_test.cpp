// Every differentiable op against central differences in double, and on batches without rows.

#include <gtest/gtest.h>

#include "ops/derivatives/check_derivatives.hpp"
#include "ops/derivatives/evaluation.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard::test {

void PrintTo(const OpCase& op, std::ostream* out) {
  *out << op.name;
}

namespace {

std::string name_of(const testing::TestParamInfo<OpCase>& info) {
  return info.param.name;
}

class Derivatives : public testing::TestWithParam<OpCase> {};

TEST_P(Derivatives, MatchCentralDifferences) {
  RefBackend backend;
  check_derivatives(backend, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Ops, Derivatives, testing::ValuesIn(op_cases(5)), name_of);
INSTANTIATE_TEST_SUITE_P(OneRow, Derivatives, testing::ValuesIn(op_cases(1)), name_of);

class NoRows : public testing::TestWithParam<OpCase> {};

// Whatever has elements is a parameter, and no row of the batch met it.
TEST_P(NoRows, GiveZeroGradientsOfParameters) {
  RefBackend backend;
  const OpCase& op = GetParam();
  Ranks ranks;
  Point x = random_point(op, ranks);
  Point v = random_direction(op, ranks, 0, [](std::size_t) { return true; });
  for (auto& directions : {std::vector<Point>{}, std::vector<Point>{v, v}}) {
    Evaluation result = evaluate(backend, op, ranks, x, directions);
    EXPECT_EQ(result.scalar, 0.0);
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_EQ(result.grad[i], std::vector<double>(x[i].size(), 0.0)) << "input " << i;
    for (auto& hess : result.hess) EXPECT_EQ(norm(ranks, hess), 0.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, NoRows, testing::ValuesIn(op_cases(0)), name_of);

}  // namespace
}  // namespace switchyard::test
