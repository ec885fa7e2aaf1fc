// Inner products of vectors that are spread over ranks.

#include "parallel/sharded_vector.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

class ShardedDot : public testing::TestWithParam<int> {};

TEST_P(ShardedDot, CountsReplicasOnceAndEveryExpertOnce) {
  if (world().size() % GetParam() != 0) GTEST_SKIP() << "no such grid";
  ProcessGrid grid(world(), GetParam());
  auto backend = make_backend(BackendKind::ref);
  ModelState state(*backend, DType::f32, 1);
  state.add_parameter("w", {3}, {Init::Kind::constant, 2});
  constexpr int experts = 7;
  ExpertRange own = expert_range(experts, grid.ep(), grid.ep_rank());
  for (int e = own.first; e < own.last; ++e)
    state.add_parameter(fmt::format("e{}", e), {2}, {Init::Kind::constant, e + 1.0}, ExpertId{e});
  auto value = [](const Parameter& p) -> const Tensor& { return p.value; };
  // 3 x 4, and 2 (1 + 4 + ... + 49).
  EXPECT_DOUBLE_EQ(sharded_dot(state, grid, value, value), 12.0 + 2 * 140);
}

INSTANTIATE_TEST_SUITE_P(Ep, ShardedDot, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace switchyard::test
