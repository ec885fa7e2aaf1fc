// Batch norm over all ranks, and over one rank's samples.

#include <gtest/gtest.h>

#include <cmath>

#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

class NormSyncTest : public testing::Test {
 protected:
  Tensor features(DistributedClassifier& classifier, const Batch& batch) {
    Tape tape(*backend, Recording::off);
    ForwardContext context = classifier.context(tape, Mode::train, batch.sample_ids);
    return classifier.model().forward(context, tape.constant(batch.images)).features.value();
  }
  DistributedClassifier make(Communicator& group, NormSync norm) {
    return {*backend,
            group,
            tiny_config(HeadKind::dense),
            {.precision = Precision::f64, .norm_sync = norm, .seed = 3}};
  }
  // Name by name, of floating-point buffers.
  void expect_same_buffers(DistributedClassifier& a, DistributedClassifier& b) {
    auto other = b.state().buffers().begin();
    for (const BufferTensor& buffer : a.state().buffers()) {
      if (buffer.value.dtype() == DType::f64)
        EXPECT_LT(relative_error(*backend, buffer.value, other->value), 1e-13) << buffer.name;
      else
        EXPECT_EQ(buffer.value.data<std::int64_t>()[0], other->value.data<std::int64_t>()[0]);
      ++other;
    }
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
};

TEST_F(NormSyncTest, SynchronisedIsThatOfTheWholeBatch) {
  DistributedClassifier sharded = make(world(), NormSync::sync),
                        whole = make(*self, NormSync::sync);
  Batch share = tiny_share(*backend, world(), 9);
  Tensor h = features(sharded, share);
  Tensor all = features(whole, tiny_batch(*backend, 0, 9, 9));
  EXPECT_LT(relative_error(*backend, h, all.rows(share.first, share.first + share.size())), 1e-12);
  expect_same_buffers(sharded, whole);
}

TEST_F(NormSyncTest, LocalIsThatOfThisRanksSamples) {
  DistributedClassifier sharded = make(world(), NormSync::local),
                        alone = make(*self, NormSync::sync);
  std::int64_t first = 3 * world().rank().value;
  Batch share = tiny_batch(*backend, first, first + 3, 3 * world().size());
  EXPECT_LT(relative_error(*backend, features(sharded, share), features(alone, share)), 1e-14);
  expect_same_buffers(sharded, alone);
}

TEST_F(NormSyncTest, LocalStatisticsAreAveragedWhereAsked) {
  DistributedClassifier sharded = make(world(), NormSync::local);
  std::int64_t first = 3 * world().rank().value;
  features(sharded, tiny_batch(*backend, first, first + 3, 3 * world().size()));
  std::uint64_t version = sharded.state().version();
  sharded.average_running_statistics(1, world().size());
  EXPECT_EQ(sharded.state().version() != version, world().size() > 1);

  std::vector<Tensor> sums;
  for (int r = 0; r < world().size(); ++r) {
    DistributedClassifier alone = make(*self, NormSync::sync);
    features(alone, tiny_batch(*backend, 3 * r, 3 * r + 3, 3));
    std::size_t i = 0;
    for (const BufferTensor& buffer : alone.state().buffers()) {
      if (r == 0)
        sums.push_back(buffer.value);
      else if (buffer.value.dtype() == DType::f64)
        sums[i] = backend->binary(BinaryOp::add, sums[i], buffer.value);
      ++i;
    }
  }
  auto sum = sums.begin();
  for (const BufferTensor& buffer : sharded.state().buffers()) {
    if (buffer.value.dtype() == DType::f64)
      EXPECT_LT(relative_error(*backend, buffer.value, backend->scale(*sum, 1.0 / world().size())),
                1e-13)
          << buffer.name;
    else
      EXPECT_EQ(buffer.value.data<std::int64_t>()[0], 1) << buffer.name;
    ++sum;
  }
}

}  // namespace
}  // namespace switchyard::test
