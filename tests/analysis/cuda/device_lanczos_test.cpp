// Vectors and Lanczos on devices against the same on the host.

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/lanczos.hpp"
#include "comm/cuda/device_group.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "support/dense_operator.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

const std::vector<int> kExperts = {5, 1, 3};
constexpr int kReplicated = 7;

std::vector<double> matrix() {
  std::vector<double> spectrum(16);
  for (std::size_t i = 0; i < spectrum.size(); ++i) spectrum[i] = 10 * std::pow(-0.5, i);
  return matrix_with_spectrum(spectrum);
}

class DeviceSpectrum : public ::testing::TestWithParam<DType> {
 protected:
  CudaBackend cuda_{device(),
                    {.precision = GetParam() == DType::f64 ? Precision::f64 : Precision::f32}};
  std::unique_ptr<Communicator> group_ = make_device_group();
  SplitSpace on_device_{cuda_, *group_, GetParam(), kReplicated, kExperts};
  SplitSpace on_host_{world(), GetParam(), kReplicated, kExperts};
  double tolerance_ = GetParam() == DType::f64 ? 1e-12 : 1e-5;
};

TEST_P(DeviceSpectrum, RandomVectorsAndProductsAreTheHosts) {
  VectorSpace& there = on_device_.vectors();
  VectorSpace& here = on_host_.vectors();
  const Tensor x = there.random(RandomEntries::normal, 3, 1),
               y = here.random(RandomEntries::normal, 3, 1);
  EXPECT_EQ(on_device_.gather(x), on_host_.gather(y));
  EXPECT_NEAR(there.norm(x), here.norm(y), tolerance_);
  std::vector<int> groups(here.segments().size(), 1);
  groups[0] = 0;
  const auto sums = there.group_dots(x, x, groups, 3), expected = here.group_dots(y, y, groups, 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(sums[i], expected[i], 16 * tolerance_);
}

TEST_P(DeviceSpectrum, EigenvaluesAreTheHostsAndSpillingChangesNoBit) {
  DenseOperator there(on_device_, matrix()), here(on_host_, matrix());
  LanczosOptions options;
  options.wanted = {.largest = 2, .smallest = 1, .tolerance = 1e-4};
  options.basis.dtype = GetParam();
  auto run = [&](DenseOperator& op, BasisMemory memory) {
    options.basis.memory = memory;
    Lanczos lanczos(op, options);
    while (!lanczos.done()) lanczos.step();
    EXPECT_TRUE(lanczos.converged());
    return lanczos;
  };
  const Lanczos device = run(there, BasisMemory::device), spilled = run(there, BasisMemory::host),
                host = run(here, BasisMemory::device);
  EXPECT_EQ(spilled.basis().on_host(), spilled.basis().size());
  EXPECT_EQ(device.state().alphas, spilled.state().alphas);
  EXPECT_EQ(device.state().betas, spilled.state().betas);
  const Eigenpairs pairs = spilled.eigenpairs();
  EXPECT_EQ(on_device_.gather(pairs.largest[1].vector),
            on_device_.gather(device.eigenpairs().largest[1].vector));
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(pairs.largest[i].ritz.value, host.ritz().largest[i].value, 10 * tolerance_);
  EXPECT_NEAR(pairs.smallest[0].ritz.value, host.ritz().smallest[0].value, 10 * tolerance_);
}

INSTANTIATE_TEST_SUITE_P(Types, DeviceSpectrum, ::testing::Values(DType::f64, DType::f32));

}  // namespace
}  // namespace switchyard::test
