#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "machine/cuda_machine.hpp"
#include "machine/memory.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard {
namespace {

using testing::contains;
using testing::error_text;

class MakeMachine : public ::testing::Test {
 protected:
  std::unique_ptr<Machine> make(MachineConfig config) {
    return make_machine(config, test::world(), log_);
  }
  std::string words() const { return text_.str(); }

  std::ostringstream text_;
  Logger log_{Rank{0}, Console{text_}};
};

TEST_F(MakeMachine, GivesTheProcessorOrTheReference) {
  auto cpu = make({.device = DeviceKind::cpu});
  EXPECT_EQ(cpu->backend().name(), "cpu");
  EXPECT_EQ(&cpu->world(), &test::world());
  EXPECT_TRUE(contains(cpu->description(), "cpu, "));
  auto ref = make({.device = DeviceKind::ref, .precision = Precision::f64});
  EXPECT_EQ(ref->backend().name(), "ref");
  EXPECT_EQ(ref->description(), "ref");
  EXPECT_EQ(words(), "");
}

// A quarter of a mebibyte is left on any machine that runs tests, and no machine has an exbibyte.
TEST_F(MakeMachine, SharesTheMemoryThatIsLeft) {
  auto cpu = make({.device = DeviceKind::cpu});
  EXPECT_GT(cpu->available_bytes(), std::size_t{1} << 18);
  EXPECT_LT(cpu->available_bytes(), std::size_t{1} << 60);
  EXPECT_EQ(count_ranks(test::world(), host_name()), test::world().size());
  EXPECT_EQ(count_ranks(test::world(), std::to_string(test::world().rank().value)), 1);
}

TEST_F(MakeMachine, RefusesPrecisionsThatTheProcessorLacks) {
  for (DeviceKind device : {DeviceKind::cpu, DeviceKind::ref})
    for (Precision precision : {Precision::bf16, Precision::tf32}) {
      std::string text = error_text(ExitCode::bad_usage,
                                    [&] { make({.device = device, .precision = precision}); });
      EXPECT_TRUE(contains(text, "needs --device cuda"));
    }
}

class WithoutCuda : public MakeMachine {
 protected:
  void SetUp() override {
    if (why_no_cuda().empty()) GTEST_SKIP() << "there is a CUDA device";
  }
};

TEST_F(WithoutCuda, AutoIsTheProcessorWithOneLineSayingWhy) {
  EXPECT_EQ(make({})->backend().name(), "cpu");
  EXPECT_TRUE(contains(words(), "device: cpu (this "));
  EXPECT_EQ(std::ranges::count(words(), '\n'), 1);
}

TEST_F(WithoutCuda, AskingForItSaysWhatIsMissingAndWhatToDo) {
  std::string text = error_text(ExitCode::bad_usage, [&] { make({.device = DeviceKind::cuda}); });
  EXPECT_TRUE(contains(text, "--device cuda is not possible: this "));
  EXPECT_TRUE(contains(text, "--device cpu"));
}

TEST_F(WithoutCuda, AutoRefusesWhatOnlyCudaComputes) {
  std::string text = error_text(ExitCode::bad_usage, [&] { make({.precision = Precision::bf16}); });
  EXPECT_TRUE(contains(text, "--precision bf16 needs --device cuda (the device is cpu)"));
}

}  // namespace
}  // namespace switchyard
