// Experts sharded over devices against all of them on the host of one rank.

#include "parallel/expert_layer.hpp"

#include <gtest/gtest.h>

#include "comm/cuda/device_group.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

struct DeviceCase {
  Layer::Way way;
  int routing;
  int overlap;
};

class DeviceExperts : public testing::TestWithParam<DeviceCase> {
 protected:
  void expect(const Tensor& found, const Tensor& expected, double tolerance) {
    expect_values(cuda, found, expected.shape(), values(*ref, expected), tolerance);
  }

  std::unique_ptr<Backend> ref = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
  CudaBackend cuda{device(), {.precision = Precision::f64}};
  std::unique_ptr<Communicator> group = make_device_group();
};

TEST_P(DeviceExperts, GiveTheWholesOutputsAndGradients) {
  const auto& [way, number, overlap] = GetParam();
  const RoutingCase routing = routing_cases(world().size())[static_cast<std::size_t>(number)];
  const std::int64_t first = routing.first_sample(world().rank().value);
  const std::int64_t last = routing.first_sample(world().rank().value + 1);
  Layer sharded(cuda, *group, routing, 0.3, overlap), whole(*ref, *self, routing, 0.3);
  sharded.run(way, first, last);
  whole.run(way, 0, routing.total());
  expect(sharded.output, whole.output.rows(first, last), 1e-13);
  expect(sharded.grad_h, whole.grad_h.rows(first, last), 1e-13);
  expect(sharded.grad_w, whole.grad_w.rows(first, last), 1e-13);
  for (const Parameter& p : sharded.state.parameters()) {
    SCOPED_TRACE(p.name);
    expect(p.grad.value, whole.state.find_parameter(p.name)->grad.value, 1e-12);
  }
}

std::vector<DeviceCase> device_cases() {
  std::vector<DeviceCase> cases;
  for (int routing = 0; routing < 6; ++routing) {
    cases.push_back({Layer::Way::mix, routing, 1});
    for (int overlap : {1, 3}) cases.push_back({Layer::Way::route, routing, overlap});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Layers, DeviceExperts, testing::ValuesIn(device_cases()));

}  // namespace
}  // namespace switchyard::test
