// A recorded layer of sharded experts against one whose kernels are enqueued one by one.

#include <gtest/gtest.h>

#include "comm/cuda/device_group.hpp"
#include "ops/cuda/cuda_backend.hpp"
#include "parallel/expert_layer.hpp"
#include "parallel/recordable_communicator.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

struct RecordedCase {
  Layer::Way way;
  int routing;
  int overlap;
};

class RecordedExperts : public testing::TestWithParam<RecordedCase> {
 protected:
  // Output and all gradients.
  std::vector<std::vector<double>> results(Layer& layer) {
    std::vector<std::vector<double>> all = {values(cuda, layer.output), values(cuda, layer.grad_h),
                                            values(cuda, layer.grad_w)};
    for (const Parameter& p : layer.state.parameters()) all.push_back(values(cuda, p.grad.value));
    return all;
  }

  CudaBackend cuda{device(), {.precision = Precision::f64}};
  std::unique_ptr<Communicator> transport = make_device_group();
  RecordableCommunicator group{cuda, *transport};
};

// Routings of one size send as many rows altogether, but other rows to other ranks.
TEST_P(RecordedExperts, GiveTheSameNumbersWhereverRowsGo) {
  const auto& [way, number, overlap] = GetParam();
  RoutingCase routing = routing_cases(world().size())[static_cast<std::size_t>(number)];
  const std::int64_t first = routing.first_sample(world().rank().value);
  const std::int64_t last = routing.first_sample(world().rank().value + 1);
  Layer eager(cuda, group, routing, 0.3, overlap), recorded(cuda, group, routing, 0.3, overlap);

  Layer::Inputs in = recorded.inputs(way, first, last);
  recorded.run(way, in);
  auto program = cuda.record([&] { recorded.run(way, in); });
  for (const std::vector<int>& used : std::vector<std::vector<int>>{{}, {3, 1, 2}, {0, 4, 1}}) {
    routing.used = used;
    Tensor chosen = routing.chosen(cuda, first, last);
    cuda.assign(in.chosen, chosen);
    program->run();
    eager.run(way, in);
    EXPECT_EQ(results(recorded), results(eager));
  }
}

std::vector<RecordedCase> recorded_cases() {
  std::vector<RecordedCase> cases;
  for (int routing = 0; routing < 4; ++routing) {
    cases.push_back({Layer::Way::mix, routing, 1});
    for (int overlap : {1, 3}) cases.push_back({Layer::Way::route, routing, overlap});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Layers, RecordedExperts, testing::ValuesIn(recorded_cases()));

}  // namespace
}  // namespace switchyard::test
