// Gradients that do not repeat themselves are noticed on all ranks.

#include "analysis/determinism.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "analysis/curvature_subject.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

// Gradients of weights that grow by a bit from call to call.
class RestlessBackend final : public ForwardingBackend {
 public:
  using ForwardingBackend::ForwardingBackend;
  enum class Where { nowhere, convolutions, experts };
  Where where = Where::nowhere;

  Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                            const Shape& w_shape) override {
    Tensor dw = ForwardingBackend::conv2d_grad_weight(x, dy, spec, w_shape);
    return where == Where::convolutions ? grown(dw) : dw;
  }
  std::vector<Tensor> grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                 const Tensor& offsets) override {
    auto dw = ForwardingBackend::grouped_linear_grad_weight(x, dy, offsets);
    if (where == Where::experts)
      for (Tensor& t : dw) t = grown(t);
    return dw;
  }

 private:
  Tensor grown(const Tensor& x) { return scale(x, 1 + 1e-12 * ++calls_); }
  int calls_ = 0;
};

class Determinism : public ::testing::Test {
 protected:
  double check() { return check_determinism(curvature); }
  std::string error() {
    return testing::error_text(ExitCode::run_failed, [&] { check(); });
  }

  std::unique_ptr<Backend> ref = make_backend(BackendKind::ref);
  RestlessBackend backend{*ref};
  CurvatureCase c{HeadKind::sparse_moe, NormStatistics::running, CurvatureMatrix::hessian, 1};
  CurvatureSubject subject{backend, world(), c, world().size()};
  CurvatureOperator curvature = subject.over({tiny_share(*ref, world(), 7)}, c);
};

TEST_F(Determinism, GivesTheGradientsNorm) {
  EXPECT_DOUBLE_EQ(check(), subject.space.vectors().norm(curvature.gradient()));
}

TEST_F(Determinism, SaysWhatDiffersOnOneRankToAll) {
  // Rank 0 has samples on every grid.
  const bool restless = world().rank() == Rank{0};
  backend.where = restless ? RestlessBackend::Where::convolutions : RestlessBackend::Where::nowhere;
  std::string text = error();
  EXPECT_TRUE(testing::contains(text, "differ in the backbone"));
  EXPECT_TRUE(testing::contains(text, "--fast-nondeterministic"));
}

TEST_F(Determinism, TellsTheHeadFromTheBackbone) {
  backend.where = RestlessBackend::Where::experts;
  EXPECT_TRUE(testing::contains(error(), "differ in the head"));
}

TEST_F(Determinism, RefusesGradientsThatAreNotFinite) {
  subject.space.move(std::numeric_limits<double>::quiet_NaN(), subject.random(1));
  EXPECT_TRUE(testing::contains(error(), "not finite"));
}

}  // namespace
}  // namespace switchyard::test
