// Machines that cannot be used, and what is said of them.

#include <gtest/gtest.h>

#include "device/cuda/cuda_device.hpp"
#include "environment.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using test::Environment;
using testing::contains;

std::string opening_error(int ordinal) {
  return switchyard::testing::error_text(ExitCode::run_failed, [&] { open_cuda_device(ordinal); });
}

TEST(Machines, DevicesAreDescribed) {
  Environment two("CUDA_EMULATION_DEVICES", "2");
  CudaSurvey survey = survey_cuda_devices();
  EXPECT_EQ(survey.devices, 2);
  EXPECT_EQ(survey.problem, "");
  auto first = open_cuda_device(0);
  auto second = open_cuda_device(1);
  EXPECT_EQ(second->info().ordinal, 1);
  EXPECT_EQ(second->info().name, "Emulated CUDA device");
  EXPECT_EQ(second->info().major, 9);
  EXPECT_EQ(second->info().minor, 0);
  EXPECT_GT(second->info().multiprocessors, 0);
  EXPECT_EQ(second->info().memory_bytes, std::size_t{1} << 30);
  EXPECT_EQ(second->info().uuid, "GPU-656d756c-6174-6564-2064-657669636501");
  EXPECT_NE(first->info().uuid, second->info().uuid);
}

TEST(Machines, WithoutADevice) {
  Environment none("CUDA_EMULATION_DEVICES", "0");
  EXPECT_EQ(survey_cuda_devices().devices, 0);
  EXPECT_TRUE(contains(survey_cuda_devices().problem, "no CUDA device"));
  EXPECT_EQ(opening_error(0), survey_cuda_devices().problem);
}

TEST(Machines, WithoutADriver) {
  Environment none("CUDA_EMULATION_DRIVER", "0");
  EXPECT_TRUE(contains(survey_cuda_devices().problem, "no NVIDIA driver"));
  EXPECT_TRUE(contains(opening_error(0), "no NVIDIA driver"));
}

TEST(Machines, WithADriverTooOld) {
  Environment old("CUDA_EMULATION_DRIVER", "11080");
  std::string problem = survey_cuda_devices().problem;
  EXPECT_TRUE(contains(problem, "driver is too old (it supports CUDA 11.8"));
  EXPECT_TRUE(contains(problem, "built with CUDA " + std::to_string(CUDART_VERSION / 1000)));
  EXPECT_EQ(opening_error(0), problem);
}

TEST(Machines, WithADeviceTooOld) {
  Environment volta("CUDA_EMULATION_CAPABILITY", "70");
  EXPECT_EQ(survey_cuda_devices().devices, 1);
  EXPECT_TRUE(contains(survey_cuda_devices().problem,
                       "is too old (compute capability 7.0, and 8.0 is needed)"));
  EXPECT_EQ(opening_error(0), survey_cuda_devices().problem);
}

TEST(Machines, WithFewerDevicesThanAskedFor) {
  EXPECT_TRUE(contains(opening_error(1), "there is no CUDA device 1 (this process sees 1"));
  EXPECT_TRUE(contains(opening_error(-1), "there is no CUDA device -1"));
}

}  // namespace
}  // namespace switchyard
