// Settings that do not go together.

#include <gtest/gtest.h>

#include "model/config.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::error_text;

ModelConfig with(HeadKind kind, int experts, int k, bool standardize = true) {
  ModelConfig config;
  config.head.kind = kind;
  config.head.experts = experts;
  config.head.k = k;
  config.head.gate_standardize = standardize;
  return config;
}

TEST(ValidateModel, RefusesMoreChosenExpertsThanThereAre) {
  std::string text =
      error_text(ExitCode::bad_usage, [] { validate(with(HeadKind::sparse_moe, 4, 5)); });
  EXPECT_NE(text.find("--k 5"), std::string::npos) << text;
  EXPECT_NE(text.find("--experts 4"), std::string::npos) << text;
}

TEST(ValidateModel, RefusesToStandardiseASingleLogit) {
  for (HeadKind kind : {HeadKind::sparse_moe, HeadKind::hard_moe}) {
    std::string text = error_text(ExitCode::bad_usage, [&] { validate(with(kind, 1, 1)); });
    EXPECT_NE(text.find("--gate-standardize off"), std::string::npos) << text;
  }
}

TEST(ValidateModel, AcceptsWhatGoesTogether) {
  EXPECT_NO_THROW(validate(with(HeadKind::sparse_moe, 4, 4)));
  EXPECT_NO_THROW(validate(with(HeadKind::sparse_moe, 1, 1, false)));
  EXPECT_NO_THROW(validate(with(HeadKind::hard_moe, 2, 7)));  // k is the sparse head's
  EXPECT_NO_THROW(validate(with(HeadKind::soft_moe, 1, 7)));
  EXPECT_NO_THROW(validate(with(HeadKind::dense, 1, 7)));
}

TEST(HeadConfig, WeightsOneChosenExpertByTheFullSoftmaxUnlessTold) {
  EXPECT_TRUE(with(HeadKind::hard_moe, 8, 2).head.full_softmax());
  EXPECT_TRUE(with(HeadKind::sparse_moe, 8, 1).head.full_softmax());
  EXPECT_FALSE(with(HeadKind::sparse_moe, 8, 2).head.full_softmax());
  HeadConfig told = with(HeadKind::hard_moe, 8, 2).head;
  told.gate_weights = GateWeights::renormalised;
  EXPECT_FALSE(told.full_softmax());
}

}  // namespace
}  // namespace switchyard
