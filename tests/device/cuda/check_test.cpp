// Errors of the runtime, in words.

#include "device/cuda/check.hpp"

#include <gtest/gtest.h>

#include "device/allocator.hpp"
#include "device/cuda/event.hpp"
#include "environment.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::contains;

std::string words(cudaError_t status) {
  return switchyard::testing::error_text(ExitCode::run_failed, [&] { SY_CUDA(status); });
}

TEST(CheckCuda, SuccessIsSilent) {
  EXPECT_NO_THROW(SY_CUDA(cudaSuccess));
}

TEST(CheckCuda, SaysWhatCudaSays) {
  EXPECT_EQ(words(cudaErrorInvalidValue), "CUDA says invalid argument (cudaErrorInvalidValue)");
}

TEST(CheckCuda, NamesTheCall) {
  try {
    SY_CUDA(cudaErrorInvalidValue);
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(contains(error.origin(), "check_test.cpp"));
    EXPECT_TRUE(contains(error.origin(), "InvalidValue"));
  }
}

TEST(CheckCuda, AdvisesWhereAKernelBroke) {
  EXPECT_TRUE(contains(words(cudaErrorIllegalAddress), "an illegal memory access"));
  EXPECT_TRUE(contains(words(cudaErrorIllegalAddress), "compute-sanitizer"));
}

TEST(CheckCuda, OutOfMemoryIsATypeOfItsOwn) {
  EXPECT_THROW(SY_CUDA(cudaErrorMemoryAllocation), OutOfMemory);
}

TEST(CheckCuda, ForgetsTheErrorOnceItIsTold) {
  EXPECT_THROW(SY_CUDA(cudaSetDevice(7)), Error);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST(CheckCuda, AnEventNotReachedYetIsNoError) {
  test::Environment lazy("CUDA_EMULATION_LAZY", "1");
  CudaStream stream = make_stream();
  CudaEvent event = make_event();
  EXPECT_TRUE(has_passed(event.get())) << "never recorded";
  SY_CUDA(cudaEventRecord(event.get(), stream.get()));
  EXPECT_FALSE(has_passed(event.get()));
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  SY_CUDA(cudaEventSynchronize(event.get()));
  EXPECT_TRUE(has_passed(event.get()));
}

}  // namespace
}  // namespace switchyard
