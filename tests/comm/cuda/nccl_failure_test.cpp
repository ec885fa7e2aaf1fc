// What NCCL's groups refuse and how they give up.

#include <gtest/gtest.h>
#include <stdlib.h>

#include "comm/cuda/device_group.hpp"
#include "comm/cuda/nccl_communicator.hpp"
#include "comm/cuda/shared_devices.hpp"
#include "comm/rank_data.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

/// What an Error says; empty where none is thrown.
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

#define EXPECT_SAYS(text, words) EXPECT_NE((text).find(words), std::string::npos) << (text)

TEST(SharedDevices, AreNamedWithTheirRanks) {
  CudaDeviceInfo info;
  info.name = "Device";
  info.uuid = world().rank().value < 2 ? "GPU-a" : "GPU-b" + std::to_string(world().rank().value);
  const std::string shared = find_shared_devices(info, world());
  if (world().size() == 1) {
    EXPECT_EQ(shared, "");
  } else {
    EXPECT_EQ(shared.rfind("ranks 0, 1 share Device (GPU-a) of ", 0), 0u) << shared;
    EXPECT_EQ(shared.find("GPU-b"), std::string::npos);
  }
}

TEST(SharedDevices, AreNoneWhereRanksPassForHostsOfTheirOwn) {
  setenv("NCCL_HOSTID", std::to_string(world().rank().value).c_str(), 1);
  CudaDeviceInfo info;
  info.uuid = "GPU-a";
  EXPECT_EQ(find_shared_devices(info, world()), "");
  unsetenv("NCCL_HOSTID");
}

/// The double of NCCL fails in this way while one of these lives.
class Fault {
 public:
  explicit Fault(const char* fault) { setenv("NCCL_DOUBLE_FAULT", fault, 1); }
  ~Fault() { unsetenv("NCCL_DOUBLE_FAULT"); }
};

class NcclFailure : public testing::Test {
 protected:
  void SetUp() override {
    if (world().size() == 1) GTEST_SKIP() << "a rank alone uses no NCCL";
    if (device().info().name != "Emulated CUDA device")
      GTEST_SKIP() << "NCCL itself does not fail when it is told to";
    host = world().split(0, "all ranks");
    host->set_deadline(std::chrono::milliseconds(300));
  }
  std::unique_ptr<Communicator> host;
};

TEST_F(NcclFailure, TwoRanksOnADeviceAreRefusedEverywhere) {
  setenv("CUDA_EMULATION_DEVICES", "1", 1);
  auto shared = open_cuda_device(0);
  const std::string text = error_of([&] { make_nccl_communicator(*shared, *host); });
  EXPECT_SAYS(text, "ranks 0, 1");
  EXPECT_SAYS(text, "--communicator staged");
}

TEST_F(NcclFailure, InitialisationEndsAtTheDeadline) {
  Fault fault("init");
  const std::string text = error_of([&] { make_nccl_communicator(device(), *host); });
  EXPECT_SAYS(text, "the initialisation of NCCL for all ranks");
  EXPECT_SAYS(text, "past the deadline of 0.3 s");
  EXPECT_SAYS(text, "NCCL_SOCKET_IFNAME");
}

TEST_F(NcclFailure, ACallThatIsNeverLaunchedEndsAtTheDeadline) {
  auto group = make_nccl_communicator(device(), *host);
  Tensor x = to_device(tensor_of<float>(0, 0, {4}));
  Fault fault("launch");
  const std::string text = error_of([&] { group->all_reduce_sum(x); });
  EXPECT_SAYS(text, "all_reduce_sum #1 of all ranks by NCCL (4 f32)");
  EXPECT_SAYS(text, "past the deadline");
  EXPECT_SAYS(error_of([&] { group->all_reduce_sum(x); }), "given up");
}

TEST_F(NcclFailure, ADeadPeerIsReportedByTheNextCall) {
  auto group = make_nccl_communicator(device(), *host);
  Tensor x = to_device(tensor_of<float>(0, 0, {4}));
  const auto request = group->start_all_reduce_sum(x);
  Fault fault("remote");
  const std::string text = error_of([&] { request->wait(); });
  EXPECT_SAYS(text, "remote process exited");
  EXPECT_SAYS(text, "the peer is gone");
}

// The last rank does not come: those whose streams hang behind it must be told.
TEST_F(NcclFailure, AWaitForTheDeviceHasTheDeadline) {
  auto group = make_nccl_communicator(device(), *host);
  Tensor x = to_device(tensor_of<float>(0, 0, {4}));
  if (world().rank().value != world().size() - 1) {
    setenv("CUDA_EMULATION_LAZY", "1", 1);
    group->all_reduce_sum(x);
    auto copy = device().start_download(x.raw(), x.bytes());
    const std::string text = error_of([&] { copy->wait(); });
    unsetenv("CUDA_EMULATION_LAZY");
    EXPECT_SAYS(text, "all_reduce_sum #1 of all ranks by NCCL (4 f32) waited 0.3 s");
    EXPECT_SAYS(text, "barrier");
  }
  group.reset();
  world().barrier();
}

}  // namespace
}  // namespace switchyard::test
