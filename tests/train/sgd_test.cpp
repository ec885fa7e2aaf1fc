// Updates against those of PyTorch 1.13's torch.optim.SGD in double.

#include "train/sgd.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"

namespace switchyard {
namespace {

using Numbers = std::vector<double>;

class SgdSteps : public ::testing::Test {
 protected:
  SgdSteps() {
    state_.add_parameter("p", {3}, {}).value = tensor({1, -2, 0.5});
    state_.add_parameter("q", {1}, {}).value = tensor({3});
  }

  Tensor tensor(const Numbers& x) {
    return backend_->from_host(x.data(), {static_cast<std::int64_t>(x.size())}, DType::f64);
  }

  void expect(const Tensor& found, const Numbers& expected) {
    ASSERT_EQ(found.numel(), static_cast<std::int64_t>(expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(found.data<double>()[i], expected[i], 1e-14) << "element " << i;
  }

  // Three steps with growing gradients of p and a falling learning rate.
  void run(Sgd& sgd) {
    double rates[] = {0.1, 0.1, 0.05};
    for (int k = 0; k < 3; ++k) {
      state_.parameters()[0].grad =
          Dual(backend_->scale(tensor({0.3, -0.1, 0.2}), static_cast<double>(k + 1)));
      state_.parameters()[1].grad = Dual(tensor({-0.4}));
      sgd.step(rates[k]);
    }
  }

  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);
  ModelState state_{*backend_, DType::f64, 1};
};

TEST_F(SgdSteps, MomentumAndWeightDecayAreTorchs) {
  Sgd sgd(state_, {.momentum = 0.9, .weight_decay = 0.01});
  run(sgd);
  expect(state_.parameters()[0].value, {0.7946998845, -1.924479794, 0.36384193974999995});
  expect(state_.parameters()[1].value, {3.1573277185});
  expect(sgd.momenta()[0], {1.70862231, -0.6146441200000001, 1.134571205});
}

TEST_F(SgdSteps, NesterovIsTorchs) {
  Sgd sgd(state_, {.momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
  run(sgd);
  expect(state_.parameters()[0].value, {0.6779610726855001, -1.882119116846, 0.28636083919524996});
  expect(state_.parameters()[1].value, {3.2338675438915});
  expect(sgd.momenta()[0], {1.7075719190999998, -0.6142520332000001, 1.1338751400500002});
}

TEST_F(SgdSteps, TellTheStateThatItChanged) {
  Sgd sgd(state_, {});
  std::uint64_t before = state_.version();
  run(sgd);
  EXPECT_EQ(state_.version(), before + 3);
}

TEST(SgdConfigs, NesterovNeedsMomentum) {
  std::string text = testing::error_text(
      ExitCode::bad_usage, [] { validate(SgdConfig{.momentum = 0, .nesterov = true}); });
  EXPECT_NE(text.find("--momentum 0.9"), std::string::npos) << text;
  EXPECT_NO_THROW(validate(SgdConfig{.nesterov = true}));
}

}  // namespace
}  // namespace switchyard
