// How many parameters the models have, and what they are called.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/classifier.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

using Names = std::vector<std::string>;

struct Count {
  std::int64_t backbone = 0, model = 0;
};

Count count(HeadKind head) {
  auto backend = make_backend(BackendKind::ref);
  ModelConfig config;
  config.head.kind = head;
  Classifier model(*backend, DType::f32, config, {0, config.head.experts}, 1);
  Count total;
  for (const Parameter& p : model.state().parameters()) {
    total.model += p.value.numel();
    if (p.name.starts_with("backbone.")) total.backbone += p.value.numel();
  }
  return total;
}

TEST(ParameterCounts, OfFullSizeModelsAreThePublished) {
  Count dense = count(HeadKind::dense);
  EXPECT_EQ(dense.backbone, 11'168'832);
  EXPECT_EQ(dense.model, 11'436'618);
  EXPECT_EQ(count(HeadKind::soft_moe).model, 11'440'792);
  EXPECT_EQ(count(HeadKind::sparse_moe).model, 11'444'896);
}

// torchvision's resnet18: conv, norm, conv, norm, and the shortcut's where the shape changes.
Names backbone_parameters() {
  Names names = {"backbone.conv1.weight", "backbone.bn1.weight", "backbone.bn1.bias"};
  for (int layer = 1; layer <= 4; ++layer)
    for (int block = 0; block < 2; ++block) {
      std::string at = fmt::format("backbone.layer{}.{}.", layer, block);
      for (const char* rest :
           {"conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight", "bn2.weight", "bn2.bias"})
        names.push_back(at + rest);
      if (layer > 1 && block == 0)
        for (const char* rest : {"downsample.0.weight", "downsample.1.weight", "downsample.1.bias"})
          names.push_back(at + rest);
    }
  return names;
}

Names parameters_of(HeadKind head) {
  auto backend = make_backend(BackendKind::ref);
  Classifier model(*backend, DType::f32, tiny_config(head, 3), {1, 3}, 1);
  Names names;
  for (const Parameter& p : model.state().parameters()) names.push_back(p.name);
  std::sort(names.begin(), names.end());
  return names;
}

Names with_backbone(Names head) {
  for (const std::string& name : backbone_parameters()) head.push_back(name);
  std::sort(head.begin(), head.end());
  return head;
}

const Names experts_1_and_2 = {"head.experts.1.net.0.bias", "head.experts.1.net.0.weight",
                               "head.experts.1.net.2.bias", "head.experts.1.net.2.weight",
                               "head.experts.2.net.0.bias", "head.experts.2.net.0.weight",
                               "head.experts.2.net.2.bias", "head.experts.2.net.2.weight"};

Names with_experts(Names names) {
  names.insert(names.end(), experts_1_and_2.begin(), experts_1_and_2.end());
  return names;
}

TEST(ParameterNames, AreThoseOfTheModulesInPyTorch) {
  EXPECT_EQ(parameters_of(HeadKind::dense), with_backbone({"head.fc.0.weight", "head.fc.0.bias",
                                                           "head.fc.3.weight", "head.fc.3.bias"}));
  EXPECT_EQ(parameters_of(HeadKind::soft_moe),
            with_backbone(with_experts({"head.gate.weight", "head.gate.bias"})));
  for (HeadKind head : {HeadKind::sparse_moe, HeadKind::hard_moe})
    EXPECT_EQ(parameters_of(head),
              with_backbone(with_experts({"head.gate.w_gate.weight", "head.gate.w_gate.bias",
                                          "head.gate.w_noise.weight", "head.gate.w_noise.bias"})));
}

TEST(BufferNames, AreThoseOfBatchNorm) {
  auto backend = make_backend(BackendKind::ref);
  Classifier model(*backend, DType::f32, tiny_config(HeadKind::dense), {}, 1);
  Names expected, found;
  for (const std::string& name : backbone_parameters()) {
    bool norm = name.find("bn") != std::string::npos || name.find("sample.1") != std::string::npos;
    if (!norm || !name.ends_with(".weight")) continue;
    std::string at = name.substr(0, name.size() - 6);
    for (const char* rest : {"num_batches_tracked", "running_mean", "running_var"})
      expected.push_back(at + rest);
  }
  for (const BufferTensor& b : model.state().buffers()) found.push_back(b.name);
  std::sort(found.begin(), found.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(found, expected);
  EXPECT_EQ(found.size(), 60u);
}

TEST(ParameterShapes, AreConvolutionsWithTheirInputsLast) {
  auto backend = make_backend(BackendKind::ref);
  ModelConfig config = tiny_config(HeadKind::sparse_moe);
  config.width = 2;
  Classifier model(*backend, DType::f32, config, {0, 5}, 1);
  auto shape = [&](const char* name) { return model.state().find_parameter(name)->value.shape(); };
  EXPECT_EQ(shape("backbone.conv1.weight"), (Shape{2, 3, 3, 3}));
  EXPECT_EQ(shape("backbone.layer2.0.conv1.weight"), (Shape{4, 3, 3, 2}));
  EXPECT_EQ(shape("backbone.layer4.0.downsample.0.weight"), (Shape{16, 1, 1, 8}));
  EXPECT_EQ(shape("head.gate.w_gate.weight"), (Shape{5, 16}));
  EXPECT_EQ(shape("head.experts.4.net.0.weight"), (Shape{3, 16}));
  EXPECT_EQ(shape("head.experts.4.net.2.weight"), (Shape{4, 3}));
  EXPECT_EQ(model.state().find_parameter("head.experts.4.net.2.bias")->expert, ExpertId{4});
  EXPECT_EQ(model.state().find_parameter("head.experts.5.net.2.bias"), nullptr);
}

}  // namespace
}  // namespace switchyard::test
