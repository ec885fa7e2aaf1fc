#include "train/config.hpp"

#include <gtest/gtest.h>

#include "base/config/config.hpp"
#include "support/mpi_main.hpp"

namespace switchyard {
namespace {

class HostMachine final : public Machine {
 public:
  Backend& backend() override { return *backend_; }
  Communicator& world() override { return test::world(); }
  std::string description() const override { return "ref"; }
  std::size_t reserved_bytes() const override { return 0; }
  std::size_t available_bytes() const override { return 0; }

 private:
  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::ref);
};

TEST(RecordsSteps, WhereAskedToAndByItselfOnDevices) {
  HostMachine machine;
  EXPECT_FALSE(records_steps(Graphs::automatic, machine));
  EXPECT_FALSE(records_steps(Graphs::off, machine));
  EXPECT_TRUE(records_steps(Graphs::on, machine));
}

TEST(ExecutionConfigs, SayHowTheMachineIsMade) {
  TrainConfig config;
  read_config(config, {"--device", "cuda", "--precision", "bf16", "--communicator", "staged",
                       "--fast-nondeterministic", "--overlap-degree", "4", "--two-level"});
  MachineConfig machine = machine_config(config.execution);
  EXPECT_EQ(machine.device, DeviceKind::cuda);
  EXPECT_EQ(machine.precision, Precision::bf16);
  EXPECT_EQ(machine.transport, Transport::staged);
  EXPECT_TRUE(machine.fast_nondeterministic);
  EXPECT_TRUE(machine.two_level);
  DistributedOptions options = distributed_options(config);
  EXPECT_EQ(options.precision, Precision::bf16);
  EXPECT_EQ(options.overlap_degree, 4);
}

}  // namespace
}  // namespace switchyard
