// Errors of a lack of memory, as a command's user reads them.

#include "apps/memory_advice.hpp"

#include <gtest/gtest.h>

#include <new>

#include "device/allocator.hpp"
#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

std::string advice(const std::function<ExitCode()>& work) {
  return error_text(ExitCode::run_failed, [&] { with_memory_advice("--max-bytes", work); });
}

TEST(MemoryAdvice, NamesTheOptionBehindWhatTheAllocatorSays) {
  const auto allocator = make_host_allocator();
  const std::string text = advice([&] {
    allocator->allocate(std::size_t{1} << 60);
    return ExitCode::done;
  });
  EXPECT_TRUE(contains(text, "out of host memory (asked for 1152921504606846976 bytes"));
  EXPECT_TRUE(text.ends_with("smaller tensors: lower --max-bytes")) << text;
}

TEST(MemoryAdvice, NamesTheOptionWhereTheHostHasNoMoreForAnythingElse) {
  const std::string text = advice([]() -> ExitCode { throw std::bad_alloc(); });
  EXPECT_TRUE(contains(text, "out of host memory"));
  EXPECT_TRUE(text.ends_with("lower --max-bytes")) << text;
}

TEST(MemoryAdvice, LeavesAllElseAsItIs) {
  EXPECT_EQ(with_memory_advice("--batch", [] { return ExitCode::requeue_me; }),
            ExitCode::requeue_me);
  EXPECT_EQ(error_text(ExitCode::bad_data,
                       [] {
                         with_memory_advice("--batch", []() -> ExitCode {
                           fail(ExitCode::bad_data, "it is torn");
                         });
                       }),
            "it is torn");
}

}  // namespace
}  // namespace switchyard::testing
