// Histograms of parameters that lie on devices against those of the same parameters on the
// host of one rank.

#include <gtest/gtest.h>

#include "comm/cuda/device_group.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "ops/ref/tensors.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"
#include "train/events/epoch_events.hpp"
#include "train/events/histogram.hpp"

namespace switchyard::test {
namespace {

DistributedOptions options(Precision precision) {
  return {.precision = precision, .seed = 3};
}

// TensorFlow's message Summary of one parameter.
std::string histogram_of(const Parameter& parameter, Backend& host) {
  Histogram histogram;
  histogram.add(values(host, parameter.value));
  EventValues one;
  one.add_histogram("parameters/" + parameter.name, histogram.message());
  return one.text();
}

class ParameterHistograms : public ::testing::TestWithParam<Precision> {};

TEST_P(ParameterHistograms, OfDevicesAreThoseOfTheWholeModelOnTheHostToTheBit) {
  const ModelConfig config = tiny_config(HeadKind::sparse_moe);
  CudaBackend cuda(device(), {.precision = GetParam()});
  const auto group = make_device_group();
  DistributedClassifier shared(cuda, *group, config, options(GetParam()));
  EventValues found;
  add_parameter_histograms(shared, found);

  const auto cpu = make_backend(BackendKind::cpu);
  const auto alone = make_self_communicator();
  DistributedClassifier whole(*cpu, *alone, config, options(GetParam()));
  if (world().rank() != Rank{0}) return;
  std::size_t size = 0;
  for (const Parameter& parameter : whole.state().parameters()) {
    const std::string expected = histogram_of(parameter, *cpu);
    EXPECT_NE(found.text().find(expected), std::string::npos) << parameter.name;
    size += expected.size();
  }
  EXPECT_EQ(found.text().size(), size);
}

INSTANTIATE_TEST_SUITE_P(Precisions, ParameterHistograms,
                         ::testing::Values(Precision::f64, Precision::f32));

}  // namespace
}  // namespace switchyard::test
