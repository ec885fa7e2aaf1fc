// Fresh parameters: PyTorch's distributions, the same on every shard.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "model/classifier.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

ModelConfig medium_config() {
  ModelConfig config;
  config.width = 16;
  config.head.experts = 4;
  return config;
}

struct Moments {
  double mean = 0, std_dev = 0, largest = 0, kurtosis = 0;
};

Moments moments(const Tensor& x) {
  double n = static_cast<double>(x.numel()), fourth = 0;
  Moments m;
  for (double v : x.span<double>()) {
    m.mean += v / n;
    m.std_dev += v * v / n;
    fourth += v * v * v * v / n;
    m.largest = std::max(m.largest, std::abs(v));
  }
  m.kurtosis = fourth / (m.std_dev * m.std_dev);
  m.std_dev = std::sqrt(m.std_dev);
  return m;
}

class ModelInit : public testing::Test {
 protected:
  const Tensor& value(Classifier& model, const std::string& name) {
    return model.state().find_parameter(name)->value;
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  Classifier model{*backend, DType::f64, medium_config(), {0, 4}, 7};
};

TEST_F(ModelInit, BlocksAreKaimingNormalByFanOut) {
  for (const char* name : {"backbone.layer3.0.conv1.weight", "backbone.layer4.1.conv2.weight",
                           "backbone.layer4.0.downsample.0.weight"}) {
    const Tensor& w = value(model, name);
    Moments m = moments(w);
    double n = static_cast<double>(w.numel());
    double expected = std::sqrt(2.0 / static_cast<double>(w.dim(0) * w.dim(1) * w.dim(2)));
    EXPECT_NEAR(m.std_dev / expected, 1.0, 4.0 / std::sqrt(2.0 * n)) << name;
    EXPECT_NEAR(m.mean / expected, 0.0, 4.0 / std::sqrt(n)) << name;
    EXPECT_NEAR(m.kurtosis, 3.0, 4.0 * std::sqrt(24.0 / n)) << name;
  }
}

void expect_uniform(const Tensor& x, double bound) {
  Moments m = moments(x);
  double n = static_cast<double>(x.numel());
  EXPECT_LT(m.largest, bound);
  EXPECT_GT(m.largest, bound * (1.0 - 10.0 / n));
  EXPECT_NEAR(m.mean / bound, 0.0, 4.0 / std::sqrt(3.0 * n));
  EXPECT_NEAR(m.std_dev * std::sqrt(3.0) / bound, 1.0, 2.0 / std::sqrt(n));
}

TEST_F(ModelInit, StemAndLinearLayersAreUniformByFanIn) {
  expect_uniform(value(model, "backbone.conv1.weight"), 1.0 / std::sqrt(27.0));
  expect_uniform(value(model, "head.gate.w_gate.weight"), 1.0 / std::sqrt(128.0));
  expect_uniform(value(model, "head.experts.3.net.0.weight"), 1.0 / std::sqrt(128.0));
  expect_uniform(value(model, "head.experts.3.net.0.bias"), 1.0 / std::sqrt(128.0));
  expect_uniform(value(model, "head.experts.3.net.2.weight"), 1.0 / std::sqrt(64.0));
}

TEST_F(ModelInit, NormsStartAsTheIdentity) {
  for (const Parameter& p : model.state().parameters()) {
    if (p.name.find("bn") == std::string::npos) continue;
    for (double v : p.value.span<double>()) EXPECT_EQ(v, p.name.ends_with("weight") ? 1.0 : 0.0);
  }
}

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

TEST_F(ModelInit, IsTheSameOnAnyShard) {
  Classifier shard(*backend, DType::f64, medium_config(), {2, 3}, 7);
  std::size_t experts = 0;
  for (const Parameter& p : shard.state().parameters()) {
    EXPECT_TRUE(same(p.value, value(model, p.name))) << p.name;
    experts += p.expert.has_value();
  }
  EXPECT_EQ(experts, 4u);
  EXPECT_EQ(shard.state().find_parameter("head.experts.1.net.0.bias"), nullptr);
}

TEST_F(ModelInit, DiffersBetweenSeedsAndBetweenTensors) {
  Classifier other(*backend, DType::f64, medium_config(), {0, 4}, 8);
  for (const char* name : {"backbone.conv1.weight", "head.experts.0.net.0.weight"})
    EXPECT_FALSE(same(value(model, name), value(other, name))) << name;
  EXPECT_FALSE(same(value(model, "head.experts.0.net.0.weight"),
                    value(model, "head.experts.1.net.0.weight")));
  EXPECT_FALSE(same(value(model, "backbone.layer1.0.conv1.weight"),
                    value(model, "backbone.layer1.0.conv2.weight")));
}

TEST_F(ModelInit, InFloatIsThatInDoubleRounded) {
  Classifier single(*backend, DType::f32, medium_config(), {0, 4}, 7);
  const char* name = "backbone.layer1.0.conv1.weight";
  EXPECT_TRUE(same(value(single, name), backend->convert(value(model, name), DType::f32)));
}

}  // namespace
}  // namespace switchyard::test
