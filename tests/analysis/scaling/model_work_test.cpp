#include "analysis/scaling/model_work.hpp"

#include <gtest/gtest.h>

#include "analysis/scaling/gradient_buckets.hpp"
#include "model/classifier.hpp"

namespace switchyard {
namespace {

ModelConfig config_of(HeadKind head) {
  ModelConfig config;
  config.width = 4;
  config.classes = 7;
  config.head.kind = head;
  config.head.experts = 5;
  config.head.expert_hidden = 9;
  config.head.dense_hidden = 11;
  return config;
}

class ModelWork : public testing::TestWithParam<HeadKind> {};

TEST_P(ModelWork, CountsTheParametersOfTheModel) {
  const ModelConfig config = config_of(GetParam());
  auto backend = make_backend(BackendKind::ref);
  const ExpertRange all{0, config.head.is_moe() ? config.head.experts : 0};
  Classifier model(*backend, DType::f32, config, all, 1);
  std::int64_t count = 0;
  for (const Parameter& p : model.state().parameters()) count += p.value.numel();
  EXPECT_EQ(parameter_count(config), count);
}

INSTANTIATE_TEST_SUITE_P(Heads, ModelWork,
                         testing::Values(HeadKind::dense, HeadKind::soft_moe, HeadKind::sparse_moe,
                                         HeadKind::hard_moe));

// ResNet-18 for CIFAR has 11.17 M parameters and 0.56 G multiply-adds without its classifier.
TEST(BackboneWork, IsThatOfResNet18) {
  double flops = 0;
  std::int64_t parameters = 0;
  for (const ConvWork& layer : backbone_work(64)) {
    flops += layer.flops();
    parameters += layer.parameters();
  }
  EXPECT_EQ(parameters, 11'168'832);
  EXPECT_NEAR(flops / 2, 0.556e9, 0.002e9);
}

TEST(GradientBuckets, HoldAllGradientsOnce) {
  for (std::size_t limit : {std::size_t{1}, std::size_t{5000}, std::size_t{1} << 30}) {
    StepShape shape;
    shape.model = config_of(HeadKind::sparse_moe);
    double bytes = 0;
    for (const GradientBucket& bucket : replicated_buckets(shape, limit)) bytes += bucket.bytes;
    for (const GradientBucket& bucket : expert_buckets(shape, {1, 1}, limit)) bytes += bucket.bytes;
    EXPECT_EQ(bytes, 4.0 * static_cast<double>(parameter_count(shape.model)));
  }
}

TEST(GradientBuckets, AreCompleteInTheOrderOfTheBackwardPass) {
  StepShape shape;
  shape.model = config_of(HeadKind::dense);
  int before = 20;
  for (const GradientBucket& bucket : replicated_buckets(shape, 1)) {
    EXPECT_LE(bucket.complete_after, 20);
    EXPECT_GE(bucket.complete_after, before - 3);
    before = bucket.complete_after;
  }
  EXPECT_EQ(before, 0);
}

}  // namespace
}  // namespace switchyard
