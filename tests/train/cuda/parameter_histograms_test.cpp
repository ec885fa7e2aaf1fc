// Histograms of parameters that lie on devices against those of the same parameters on the host.

#include <gtest/gtest.h>

#include "comm/cuda/device_group.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"
#include "train/events/epoch_events.hpp"

namespace switchyard::test {
namespace {

using testing::contains;

// TensorFlow's message Summary, whole on rank 0.
std::string histograms(Backend& backend, Communicator& group, Precision precision) {
  DistributedClassifier classifier(backend, group, tiny_config(HeadKind::sparse_moe),
                                   {.precision = precision, .seed = 3});
  EventValues values;
  add_parameter_histograms(classifier, values);
  return values.text();
}

class ParameterHistograms : public ::testing::TestWithParam<Precision> {};

TEST_P(ParameterHistograms, OfADeviceAreThoseOfTheHostToTheBit) {
  CudaBackend cuda(device(), {.precision = GetParam()});
  const auto group = make_device_group();
  const auto cpu = make_backend(BackendKind::cpu);
  const std::string found = histograms(cuda, *group, GetParam());
  EXPECT_EQ(found, histograms(*cpu, world(), GetParam()));
  if (world().rank() != Rank{0}) return;
  for (const char* name : {"parameters/backbone.conv1.weight", "parameters/head.experts.0.",
                           "parameters/head.experts.4."})
    EXPECT_TRUE(contains(found, name));
}

INSTANTIATE_TEST_SUITE_P(Precisions, ParameterHistograms,
                         ::testing::Values(Precision::f64, Precision::f32));

}  // namespace
}  // namespace switchyard::test
