// Exchanges as steps of a program, on a backend that records steps of the host and nothing else.

#include "parallel/recordable_communicator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "ops/forwarding_backend.hpp"
#include "profile/recorder.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

class StepRecorder final : public ForwardingBackend {
 public:
  using ForwardingBackend::ForwardingBackend;

  std::unique_ptr<Program> record(std::function<void()> work) override {
    auto program = std::make_unique<Steps>();
    recorded_ = &program->steps;
    work();
    recorded_ = nullptr;
    return program;
  }
  bool recording() const override { return recorded_ != nullptr; }
  void between(std::function<void()> step) override {
    if (!recorded_) return step();
    recorded_->push_back(std::move(step));
  }

 private:
  struct Steps final : Program {
    void run() override {
      for (const auto& step : steps) step();
    }
    std::vector<std::function<void()>> steps;
  };
  std::vector<std::function<void()>>* recorded_ = nullptr;
};

class RecordableExchange : public testing::Test {
 protected:
  Tensor rows(std::vector<double> values) {
    return ref->from_host(values.data(), {static_cast<std::int64_t>(values.size()), 1}, DType::f64);
  }
  static std::vector<double> read(const Tensor& x) {
    return {x.span<double>().begin(), x.span<double>().end()};
  }
  // Each rank's number, by rank.
  static std::vector<double> by_rank(double factor) {
    std::vector<double> values;
    for (int r = 0; r < world().size(); ++r) values.push_back(factor * (r + 1));
    return values;
  }
  static double sum_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  }

  // Records `exchange` and runs it on `own` and on three times that: each time `found` must become
  // as many times `expected`.
  void expect_exchange(Tensor own, const Tensor& found, std::vector<double> expected,
                       const std::function<void()>& exchange) {
    std::vector<double> sent = read(own), before = read(found);
    auto program = recorder.record(exchange);
    if (ranks > 1) {
      EXPECT_EQ(read(found), before) << "something travelled while it was recorded";
    }
    for (double factor : {1.0, 3.0}) {
      for (double& value : expected) value *= factor;
      for (double& value : sent) value *= factor;
      std::ranges::copy(sent, own.data<double>());
      program->run();
      if (ranks > 1) {
        EXPECT_EQ(read(found), expected);
      }
    }
  }

  std::unique_ptr<Backend> ref = make_backend(BackendKind::ref);
  StepRecorder recorder{*ref};
  RecordableCommunicator group{recorder, world()};
  const int ranks = world().size();
  const int me = world().rank().value;
  const std::vector<std::int64_t> one_each = std::vector<std::int64_t>(ranks, 1);
};

TEST_F(RecordableExchange, IsDoneAtOnceOutsideOfARecording) {
  Tensor x = rows({me + 1.0}), all = rows(by_rank(0));
  group.all_gather_rows(x, all, one_each);
  EXPECT_EQ(read(all), by_rank(1));
  auto request = group.start_all_reduce_sum(x);
  request->wait();
  EXPECT_TRUE(request->test());
  EXPECT_EQ(read(x), std::vector<double>{sum_of(by_rank(1))});
}

TEST_F(RecordableExchange, SumsOnEachRun) {
  Tensor x = rows({me + 1.0});
  expect_exchange(x, x, {sum_of(by_rank(1))}, [&] { group.all_reduce_sum(x); });
}

TEST_F(RecordableExchange, StartsAndWaitsOnEachRun) {
  Tensor x = rows({me + 1.0});
  expect_exchange(x, x, {sum_of(by_rank(1))}, [&] {
    auto request = group.start_all_reduce_sum(x);
    EXPECT_EQ(request->test(), ranks == 1) << "nothing is under way";
    request->wait();
  });
}

TEST_F(RecordableExchange, MovesRowsOnEachRun) {
  Tensor own = rows(std::vector<double>(ranks, me + 1.0)), found = rows(by_rank(0));
  expect_exchange(own, found, by_rank(1),
                  [&] { group.all_to_all_rows(own, one_each, found, one_each); });
  Tensor again = rows(std::vector<double>(ranks, me + 1.0));
  expect_exchange(again, found, by_rank(1),
                  [&] { group.start_all_to_all_rows(again, one_each, found, one_each)->wait(); });
}

TEST_F(RecordableExchange, GathersScattersAndBroadcastsOnEachRun) {
  Tensor own = rows({me + 1.0}), all = rows(by_rank(0));
  expect_exchange(own, all, by_rank(1), [&] { group.all_gather_rows(own, all, one_each); });
  Tensor mine = rows({0.0}), parts = rows(by_rank(1));
  expect_exchange(parts, mine, {ranks * (me + 1.0)},
                  [&] { group.reduce_scatter_rows(parts, mine, one_each); });
  Tensor told = rows({me + 1.0});
  expect_exchange(told, told, {1.0}, [&] { group.broadcast(told, Rank{0}); });
}

TEST_F(RecordableExchange, IsRecordedBySplitsToo) {
  auto half = group.split(me % 2, "half");
  Tensor x = rows({1.0});
  auto program = recorder.record([&] { half->all_reduce_sum(x); });
  EXPECT_EQ(read(x), std::vector<double>{1});
  program->run();
  EXPECT_EQ(read(x), std::vector<double>{static_cast<double>(half->size())});
}

}  // namespace
}  // namespace switchyard::test
