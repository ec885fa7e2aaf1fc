// Experts behind an exchange against the plain sum over all experts, computed by one rank.

#include "parallel/expert_parallel.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

#include "comm/forwarding_communicator.hpp"
#include "ops/forwarding_backend.hpp"
#include "parallel/expert_layer.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using Way = Layer::Way;
constexpr std::int64_t features = Layer::features, classes = Layer::classes;

struct LayerCase {
  Way way;
  int routing;
  double dropout;
  int overlap = 1;
};

class ExpertLayer : public testing::TestWithParam<LayerCase> {
 protected:
  void SetUp() override {
    auto cases = routing_cases(world().size());
    const RoutingCase& routing = cases[static_cast<std::size_t>(GetParam().routing)];
    int me = world().rank().value;
    first = routing.first_sample(me);
    last = routing.first_sample(me + 1);
    sharded.emplace(*backend, world(), routing, GetParam().dropout, GetParam().overlap);
    sharded->run(GetParam().way, first, last);
    whole.emplace(*backend, *self, routing, GetParam().dropout);
    whole->run(GetParam().way, 0, routing.total());
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
  std::int64_t first = 0, last = 0;
  std::optional<Layer> sharded, whole;
};

TEST_P(ExpertLayer, GivesThisRanksRowsOfTheWhole) {
  expect_equal(*backend, sharded->output, whole->output.rows(first, last), 1e-14);
}

TEST_P(ExpertLayer, GivesTheWholesGradients) {
  expect_equal(*backend, sharded->grad_h, whole->grad_h.rows(first, last), 1e-14);
  expect_equal(*backend, sharded->grad_w, whole->grad_w.rows(first, last), 1e-14);
  for (const Parameter& p : sharded->state.parameters()) {
    SCOPED_TRACE(p.name);
    ASSERT_TRUE(p.grad.value.defined());
    expect_equal(*backend, p.grad.value, whole->state.find_parameter(p.name)->grad.value, 1e-13);
  }
}

std::vector<LayerCase> layer_cases() {
  std::vector<LayerCase> cases;
  for (int routing = 0; routing < 6; ++routing)
    for (Way way : {Way::route, Way::mix})
      for (double dropout : {0.0, 0.3}) cases.push_back({way, routing, dropout});
  // Parts of a few rows and of none.
  for (int routing = 0; routing < 6; ++routing)
    for (int overlap : {2, 9}) cases.push_back({Way::route, routing, 0.3, overlap});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Layers, ExpertLayer, testing::ValuesIn(layer_cases()));

// What the sum over experts is, in loops: the yardstick of the yardstick.
TEST(ExpertLayerOfOneRank, IsTheWeightedSumOfExperts) {
  auto backend = make_backend(BackendKind::ref);
  auto self = make_self_communicator();
  RoutingCase routing{.experts = 3, .k = 2, .samples = {4}};
  Layer layer(*backend, *self, routing, 0.0);
  Tensor h = layer.share(features, 1, 0, 4), weights = layer.share(2, 2, 0, 4);
  layer.run(Way::route, 0, 4);
  for (std::int64_t i = 0; i < 4; ++i) {
    std::vector<double> expected(classes, 0.0);
    for (int j = 0; j < 2; ++j) {
      auto parameter = [&](const char* rest) {
        std::string name = fmt::format("experts.{}.net.{}", routing.expert(i, j), rest);
        return layer.state.find_parameter(name)->value;
      };
      Tensor hidden = backend->relu(
          backend->linear(h.rows(i, i + 1), parameter("0.weight"), parameter("0.bias")));
      Tensor y = backend->linear(hidden, parameter("2.weight"), parameter("2.bias"));
      for (std::int64_t c = 0; c < classes; ++c)
        expected[c] += weights.data<double>()[2 * i + j] * y.data<double>()[c];
    }
    expect_values(*backend, layer.output.rows(i, i + 1), {1, classes}, expected, 1e-14);
  }
}

// Counts the passes that put rows in another order.
class CountingBackend final : public ForwardingBackend {
 public:
  using ForwardingBackend::ForwardingBackend;
  int gathers = 0;

  Tensor gather_rows(const Tensor& x, const Tensor& index) override {
    ++gathers;
    return ForwardingBackend::gather_rows(x, index);
  }
};

TEST(ExpertLayerOfOneRank, OrdersRowsOnce) {
  auto inner = make_backend(BackendKind::ref);
  CountingBackend backend(*inner);
  auto self = make_self_communicator();
  Layer layer(backend, *self, {.experts = 3, .k = 2, .samples = {4}}, 0.0);
  layer.run(Way::route, 0, 4);
  EXPECT_EQ(backend.gathers, 1);
}

// Dispatch and unweighted combine are transposes: <dispatch(a), b> = <a, combine(b)>, where the
// "experts" hand over b and the loss reads their input.
TEST(Dispatch, IsTheTransposeOfCombine) {
  auto backend = make_backend(BackendKind::ref);
  for (const RoutingCase& routing : routing_cases(world().size())) {
    int me = world().rank().value;
    std::int64_t first = routing.first_sample(me), last = routing.first_sample(me + 1);
    ExpertParallel exchange(*backend, world(), routing.experts);
    Tape tape(*backend, Recording::off);
    Tensor a = noise(*backend, {last - first, features}, 10 + me), b;
    double dispatched = 0;
    Tensor ones = backend->full({last - first, routing.k}, DType::f64, 1.0);
    Variable combined = exchange.route(
        tape, tape.constant(a), tape.constant(ones), routing.chosen(*backend, first, last),
        routing.sample_ids(*backend, first, last), RowKeys::not_needed, [&](const ExpertRows& in) {
          b = noise(*backend, in.rows.shape(), 20 + me);
          dispatched = backend->dot(in.rows.value(), b);
          return tape.constant(b);
        });
    double pair[] = {dispatched, backend->dot(a, combined.value())};
    Tensor sums = backend->from_host(pair, {2}, DType::f64);
    world().all_reduce_sum(sums);
    EXPECT_NEAR(sums.data<double>()[0], sums.data<double>()[1], 1e-12);
  }
}

// A group that notes when exchanges of rows begin and end.
class NotingGroup final : public ForwardingCommunicator {
 public:
  using ForwardingCommunicator::ForwardingCommunicator;
  std::string notes;  ///< "b" for each begin, "e" for each end, "c" for an exchange of counts

  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override {
    notes += "b";
    return std::make_unique<Noting>(
        *this, inner().start_all_to_all_rows(send, send_rows, receive, receive_rows));
  }
  std::vector<std::int64_t> all_to_all_counts(Counts counts, int per_rank) override {
    notes += "c";
    return inner().all_to_all_counts(counts, per_rank);
  }

 private:
  class Noting final : public Request {
   public:
    Noting(NotingGroup& group, std::unique_ptr<Request> request)
        : group_(group), request_(std::move(request)) {}
    bool test() override { return request_->test(); }
    void wait() override {
      group_.notes += "e";
      request_->wait();
    }

   private:
    NotingGroup& group_;
    std::unique_ptr<Request> request_;
  };
};

// Parts overlap in both directions, after one exchange of counts.
TEST(OverlappedDispatch, BeginsAllPartsBeforeTheFirstEnds) {
  if (world().size() == 1) GTEST_SKIP() << "nothing travels";
  auto backend = make_backend(BackendKind::ref);
  NotingGroup group(world());
  RoutingCase routing = routing_cases(world().size())[1];
  Layer layer(*backend, group, routing, 0.0, 3);
  int me = world().rank().value;
  layer.run(Way::route, routing.first_sample(me), routing.first_sample(me + 1));
  const std::string forward = "cbbbebebebeee", backward = "bbbebebebeee";
  EXPECT_EQ(group.notes, forward + backward);
}

TEST(OverlappedDispatch, OfNoPartIsRefused) {
  auto backend = make_backend(BackendKind::ref);
  auto self = make_self_communicator();
  try {
    ExpertParallel layer(*backend, *self, 3, 0);
    ADD_FAILURE() << "no Error was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_usage);
    EXPECT_NE(std::string(error.what()).find("--overlap-degree 0"), std::string::npos);
  }
}

// Rows' keys name the sample and the expert, whichever rank they arrive at.
TEST(Dispatch, CarriesTheKeysOfRows) {
  auto backend = make_backend(BackendKind::ref);
  RoutingCase routing = routing_cases(world().size())[1];
  int me = world().rank().value;
  std::int64_t first = routing.first_sample(me), last = routing.first_sample(me + 1);
  ExpertParallel exchange(*backend, world(), routing.experts);
  Tape tape(*backend, Recording::off);
  // The feature of a row is its sample's id.
  Tensor ids = routing.sample_ids(*backend, first, last);
  Tensor h = backend->zeros({last - first, 1}, DType::f64);
  for (std::int64_t i = 0; i < h.numel(); ++i)
    h.data<double>()[i] = static_cast<double>(ids.data<std::int64_t>()[i]);
  Tensor ones = backend->full({last - first, routing.k}, DType::f64, 1.0);
  exchange.route(tape, tape.constant(h), tape.constant(ones), routing.chosen(*backend, first, last),
                 ids, RowKeys::needed, [&](const ExpertRows& in) {
                   EXPECT_EQ(in.keys.shape(), (Shape{in.rows.dim(0)}));
                   const std::int64_t* offsets = in.offsets.data<std::int64_t>();
                   for (int e = 0; e < exchange.local_experts().size(); ++e)
                     for (auto r = offsets[e]; r < offsets[e + 1]; ++r)
                       EXPECT_EQ(in.keys.data<std::int64_t>()[r],
                                 static_cast<std::int64_t>(in.rows.value().data<double>()[r]) *
                                         routing.experts +
                                     exchange.local_experts().first + e);
                   return in.rows;
                 });
}

}  // namespace
}  // namespace switchyard::test
