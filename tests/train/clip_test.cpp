// The global norm and its clipping, the same on every grid.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

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

  double number(const Tensor& x) {
    double value = 0;
    backend_->to_host(x, &value);
    return value;
  }

  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);
  ModelState state_{*backend_, DType::f64, 1};
};

TEST_P(Clip, ScalesByTheNormOfTheWholeModel) {
  if (test::world().size() % GetParam() != 0) GTEST_SKIP() << "no such grid";
  ProcessGrid grid(test::world(), GetParam());
  make(grid);
  GradientClip clip = clip_gradients(state_, grid, 2);
  EXPECT_DOUBLE_EQ(number(clip.norm), 13);
  // torch.nn.utils.clip_grad_norm_ makes these of the gradients 3, 4 and 12.
  double factor = number(clip.factor);
  EXPECT_DOUBLE_EQ(3 * factor, 0.46153842603550577);
  EXPECT_DOUBLE_EQ(4 * factor, 0.615384568047341);
  EXPECT_DOUBLE_EQ(12 * factor, 1.846153704142023);
}

TEST_P(Clip, LeavesASmallGradientAlone) {
  if (test::world().size() % GetParam() != 0) GTEST_SKIP() << "no such grid";
  ProcessGrid grid(test::world(), GetParam());
  make(grid);
  GradientClip clip = clip_gradients(state_, grid, 13.1);
  EXPECT_DOUBLE_EQ(number(clip.norm), 13);
  EXPECT_EQ(number(clip.factor), 1);
}

TEST_P(Clip, TellsOfAGradientThatIsNotFinite) {
  if (test::world().size() % GetParam() != 0) GTEST_SKIP() << "no such grid";
  ProcessGrid grid(test::world(), GetParam());
  make(grid);
  double infinity = std::numeric_limits<double>::infinity();
  if (grid.ep_rank() == grid.ep() - 1)
    state_.parameters().back().grad = Dual(backend_->from_host(&infinity, {1}, DType::f64));
  EXPECT_FALSE(std::isfinite(number(clip_gradients(state_, grid, 2).norm)));
}

INSTANTIATE_TEST_SUITE_P(Ep, Clip, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace switchyard
