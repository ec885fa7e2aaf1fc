// The global norm and its clipping, the same on every grid.

#include <gtest/gtest.h>

#include "support/mpi_main.hpp"
#include "train/sgd.hpp"

namespace switchyard {
namespace {

// Gradient (3,4) of a replicated parameter, and 12 spread over the experts as (12) and zeros.
class Clip : public ::testing::TestWithParam<int> {
 protected:
  void make(const ProcessGrid& grid) {
    add("w", {3, 4}, {});
    ExpertRange own = expert_range(grid.ep() + 1, grid.ep(), grid.ep_rank());
    for (int e = own.first; e < own.last; ++e)
      add("experts", {e == grid.ep() ? 12.0 : 0.0}, ExpertId{e});
  }

  void add(const std::string& name, std::vector<double> gradient, std::optional<ExpertId> expert) {
    Shape shape = {static_cast<std::int64_t>(gradient.size())};
    state_.add_parameter(name, shape, {}, expert).grad =
        Dual(backend_->from_host(gradient.data(), shape, DType::f64));
  }

  double sum_of_squares() {
    double sum = 0;
    for (const Parameter& p : state_.parameters()) sum += backend_->dot(p.grad.value, p.grad.value);
    return sum;
  }

  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);
  ModelState state_{*backend_, DType::f64, 1};
};

TEST_P(Clip, ScalesByTheNormOfTheWholeModel) {
  if (test::world().size() % GetParam() != 0) GTEST_SKIP() << "no such grid";
  ProcessGrid grid(test::world(), GetParam());
  make(grid);
  EXPECT_DOUBLE_EQ(clip_gradients(state_, grid, 2), 13);
  // torch.nn.utils.clip_grad_norm_ gives these.
  const double* w = state_.parameters()[0].grad.value.data<double>();
  EXPECT_DOUBLE_EQ(w[0], 0.46153842603550577);
  EXPECT_DOUBLE_EQ(w[1], 0.615384568047341);
  if (grid.ep_rank() == grid.ep() - 1) {
    EXPECT_DOUBLE_EQ(state_.parameters().back().grad.value.data<double>()[0], 1.846153704142023);
  }
}

TEST_P(Clip, LeavesASmallGradientAlone) {
  if (test::world().size() % GetParam() != 0) GTEST_SKIP() << "no such grid";
  ProcessGrid grid(test::world(), GetParam());
  make(grid);
  double before = sum_of_squares();
  EXPECT_DOUBLE_EQ(clip_gradients(state_, grid, 13.1), 13);
  EXPECT_EQ(sum_of_squares(), before);
}

INSTANTIATE_TEST_SUITE_P(Ep, Clip, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace switchyard
