// One model on every grid: its parameters are counted once, its outputs and routing stay the same.

#include "parallel/distributed_classifier.hpp"

#include <gtest/gtest.h>

#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

struct GridCase {
  HeadKind head;
  int ep;
};

class OnAnyGrid : public testing::TestWithParam<GridCase> {
 protected:
  void SetUp() override {
    if (world().size() % GetParam().ep != 0) GTEST_SKIP() << "no such grid";
  }
  Classifier::Output forward(DistributedClassifier& classifier, Mode mode, const Batch& batch) {
    Tape tape(*backend, Recording::off);
    ForwardContext context = classifier.context(tape, mode, batch.sample_ids, 4);
    return classifier.model().forward(context, tape.constant(batch.images));
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
};

TEST_P(OnAnyGrid, EveryParameterCountsOnce) {
  auto sharded = tiny_classifier(*backend, world(), tiny_config(GetParam().head), GetParam().ep);
  auto whole = tiny_classifier(*backend, *self, tiny_config(GetParam().head));
  std::int64_t expected = 0;
  for (const Parameter& p : whole->state().parameters()) expected += p.value.numel();
  EXPECT_EQ(sharded->count_parameters(), expected);
}

// Noise and dropout of all kinds are on in training: their keys are the samples'.
TEST_P(OnAnyGrid, OutputsAndRoutingAreTheSame) {
  auto sharded = tiny_classifier(*backend, world(), tiny_config(GetParam().head), GetParam().ep);
  auto whole = tiny_classifier(*backend, *self, tiny_config(GetParam().head));
  Batch share = tiny_share(*backend, world(), 10), batch = tiny_batch(*backend, 0, 10, 10);
  for (Mode mode : {Mode::train, Mode::eval}) {
    auto mine = forward(*sharded, mode, share), all = forward(*whole, mode, batch);
    auto expect_my_rows = [&](const Tensor& found, const Tensor& of_all) {
      Tensor expected = of_all.rows(share.first, share.first + share.size());
      EXPECT_LT(relative_error(*backend, found, expected), 1e-11);
    };
    expect_my_rows(mine.head.logits.value(), all.head.logits.value());
    ASSERT_EQ(mine.head.routing.has_value(), all.head.routing.has_value());
    if (!mine.head.routing) continue;
    expect_my_rows(mine.head.routing->probs.value(), all.head.routing->probs.value());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Grids, OnAnyGrid,
    testing::Values(GridCase{HeadKind::dense, 1}, GridCase{HeadKind::soft_moe, 1},
                    GridCase{HeadKind::soft_moe, 2}, GridCase{HeadKind::soft_moe, 3},
                    GridCase{HeadKind::sparse_moe, 1}, GridCase{HeadKind::sparse_moe, 2},
                    GridCase{HeadKind::sparse_moe, 3}, GridCase{HeadKind::sparse_moe, 4},
                    GridCase{HeadKind::hard_moe, 2}, GridCase{HeadKind::hard_moe, 4}));

}  // namespace
}  // namespace switchyard::test
