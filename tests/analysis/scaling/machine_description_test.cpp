#include "analysis/scaling/machine_description.hpp"

#include <gtest/gtest.h>

#include "analysis/scaling/zone_costs.hpp"
#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::error_text;

TEST(MachineDescriptions, AllThatAreThereAreWhole) {
  int machines = 0;
  for (const auto& entry : fs::directory_iterator(MACHINES)) {
    const MachineDescription machine = load_machine(entry.path().stem().string(), MACHINES);
    EXPECT_EQ(machine.name, entry.path().stem());
    EXPECT_GT(machine.flops(Precision::f32), 0);
    ++machines;
  }
  EXPECT_GE(machines, 3);
}

TEST(MachineDescriptions, UseSiUnitsInside) {
  const MachineDescription a100 = load_machine("dgx-a100", MACHINES);
  EXPECT_EQ(a100.ranks_per_node, 8);
  EXPECT_DOUBLE_EQ(a100.links().node.bandwidth, 235e9);
  EXPECT_DOUBLE_EQ(a100.links().network.bandwidth, 25e9);
  EXPECT_DOUBLE_EQ(a100.flops(Precision::bf16), 312e12 * a100.compute_efficiency);
}

TEST(MachineDescriptions, NameTheNearestOfThoseThatExist) {
  const std::string text =
      error_text(ExitCode::bad_usage, [] { load_machine("dgx-a10", MACHINES); });
  EXPECT_TRUE(contains(text, "no machine 'dgx-a10'"));
  EXPECT_TRUE(contains(text, "did you mean 'dgx-a100'?"));
}

class Written : public ::testing::Test {
 protected:
  std::string refused(const std::string& text) {
    const fs::path file = folder_.path() / "mine.cfg";
    write_file(file, text);
    return error_text(ExitCode::bad_usage, [&] { load_machine(file.string(), MACHINES); });
  }
  testing::TempFolder folder_;
  const std::string whole_ = read_file(fs::path(MACHINES) / "dgx-a100.cfg");
};

TEST_F(Written, MustStateEveryFigure) {
  const auto at = whole_.find("network-latency");
  std::string text = whole_;
  text.erase(at, text.find('\n', at) - at);
  EXPECT_TRUE(contains(refused(text), "does not state network-latency"));
}

TEST_F(Written, CannotHaveFiguresThatAreNotPositive) {
  for (const char* line : {"link-bandwidth = 0", "link-bandwidth = -3", "ranks-per-node = 0",
                           "compute-efficiency = 1.5", "kernel-overhead = nan"}) {
    const std::string key = std::string(line).substr(0, std::string(line).find(' '));
    std::string text = whole_;
    const auto at = text.find("\n" + key) + 1;
    text.replace(at, text.find('\n', at) - at, line);
    EXPECT_TRUE(contains(refused(text), key)) << line;
  }
}

TEST_F(Written, CannotBeASettingOfARun) {
  EXPECT_TRUE(contains(refused("epochs = 3\n"), "this is no description of a machine"));
}

TEST(MachineDescriptions, RefuseAPrecisionThatTheyDoNotState) {
  const MachineDescription cpu = load_machine("this-cpu", MACHINES);
  EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [&] { cpu.flops(Precision::tf32); }),
                       "states no peak-tf32"));
}

// A convolution's time is that of its FLOPs or of its bytes, whichever is longer.
TEST(DescribedCosts, FollowTheRoofline) {
  MachineDescription machine = load_machine("dgx-a100", MACHINES);
  const StepShape shape;
  const double compute_bound =
      described_costs(machine, shape).at(Zone::backbone, Pass::forward).per_unit;
  EXPECT_DOUBLE_EQ(compute_bound, 1 / machine.flops(Precision::f32));
  machine.memory_bandwidth /= 1000;
  EXPECT_GT(described_costs(machine, shape).at(Zone::backbone, Pass::forward).per_unit,
            10 * compute_bound);
}

}  // namespace
}  // namespace switchyard
