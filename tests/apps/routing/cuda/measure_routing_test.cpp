// Routing of images that lie on devices, measured there, against the same on the host of one rank.

#include "apps/routing/measure.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "comm/cuda/device_group.hpp"
#include "data/tiny_dataset.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"
#include "train/image_pool.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t kSamples = 11;
constexpr double kTolerance = 1e-10;

// Batches of 4, at the end one of 3.
RoutingMeasurement measured(Backend& backend, Communicator& group, HeadKind head) {
  const auto classifier = tiny_classifier(backend, group, tiny_config(head));
  const Dataset data = testing::tiny_dataset(kSamples);
  const ImagePool pool(backend, data, data.train);
  const auto batches = pool.batches({.dtype = classifier->image_dtype()});
  std::vector<std::int64_t> samples(kSamples);
  std::iota(samples.begin(), samples.end(), 0);
  return measure_routing(*classifier, *batches, samples, 4);
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], kTolerance);
}

void expect_near(const SampleLine& found, const SampleLine& expected) {
  EXPECT_EQ(found.sample, expected.sample);
  EXPECT_EQ(found.label, expected.label);
  EXPECT_EQ(found.predicted, expected.predicted);
  EXPECT_EQ(found.expert, expected.expert);
  EXPECT_NEAR(found.weight, expected.weight, kTolerance);
  if (std::isnan(expected.margin)) {
    EXPECT_TRUE(std::isnan(found.margin));
  } else {
    EXPECT_NEAR(found.margin, expected.margin, kTolerance);
  }
}

class DeviceRouting : public ::testing::TestWithParam<HeadKind> {};

TEST_P(DeviceRouting, IsThatOfTheHost) {
  CudaBackend cuda(device(), {.precision = Precision::f64});
  const auto group = make_device_group();
  const auto cpu = make_backend(BackendKind::cpu);
  const auto alone = make_self_communicator();
  RoutingMeasurement found = measured(cuda, *group, GetParam());
  RoutingMeasurement expected = measured(*cpu, *alone, GetParam());
  EXPECT_EQ(found.metrics.samples(), kSamples);
  expect_near(found.metrics.values(), expected.metrics.values());
  const auto sums = found.sums.parts(), expected_sums = expected.sums.parts();
  for (std::size_t i = 0; i < sums.size(); ++i) expect_near(*sums[i], *expected_sums[i]);
  ASSERT_EQ(found.lines.size(), expected.lines.size());
  ASSERT_EQ(std::ssize(found.lines), kSamples);
  for (std::size_t i = 0; i < found.lines.size(); ++i)
    expect_near(found.lines[i], expected.lines[i]);
}

INSTANTIATE_TEST_SUITE_P(Heads, DeviceRouting,
                         ::testing::Values(HeadKind::soft_moe, HeadKind::sparse_moe,
                                           HeadKind::hard_moe));

}  // namespace
}  // namespace switchyard::test
