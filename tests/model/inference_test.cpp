// Inference by prepared convolutions against the recorded evaluation pass, and unusual batches.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/load_state.hpp"
#include "model/objective.hpp"
#include "parallel/gradient_sync.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

struct Setting {
  BackendKind backend;
  Precision precision;
  double tolerance;
};

class Inference : public testing::TestWithParam<HeadKind> {
 protected:
  // The tiny classifier on another backend, in another type.
  std::unique_ptr<DistributedClassifier> copy_to(Backend& backend, Precision precision) {
    auto source = tiny_classifier(*ref, *self, tiny_config(GetParam()));
    auto copy = std::make_unique<DistributedClassifier>(backend, *self, tiny_config(GetParam()),
                                                        DistributedOptions{.precision = precision});
    auto host = make_host_allocator();
    load_state(copy->state(), [&](const std::string& name, const Shape&) {
      if (Parameter* p = source->state().find_parameter(name))
        return to_file_layout(*host, p->value);
      for (auto& b : source->state().buffers())
        if (b.name == name) return b.value;
      return Tensor();
    });
    return copy;
  }

  Tensor logits(DistributedClassifier& classifier, const Batch& batch, Recording recording) {
    Backend& backend = classifier.backend();
    Tape tape(backend, recording);
    ForwardContext context = classifier.context(tape, Mode::eval, batch.sample_ids);
    Tensor x = backend.convert(batch.images, classifier.image_dtype());
    return backend.convert(
        classifier.model().forward(context, tape.constant(x)).head.logits.value(), DType::f64);
  }

  std::unique_ptr<Backend> ref = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
};

TEST_P(Inference, IsTheRecordedEvaluation) {
  for (Setting s : {Setting{BackendKind::ref, Precision::f64, 1e-12},
                    Setting{BackendKind::cpu, Precision::f64, 1e-12},
                    Setting{BackendKind::cpu, Precision::f32, 1e-5}}) {
    auto backend = make_backend(s.backend);
    auto classifier = copy_to(*backend, s.precision);
    for (std::int64_t n : {0, 1, 5}) {
      Batch batch = tiny_batch(*backend, 0, n, n);
      Tensor recorded = logits(*classifier, batch, Recording::on);
      Tensor prepared = logits(*classifier, batch, Recording::off);
      EXPECT_EQ(prepared.shape(), (Shape{n, 4}));
      EXPECT_LT(relative_error(*ref, prepared, recorded), s.tolerance) << backend->name() << n;
    }
  }
}

TEST_P(Inference, SeesChangedParameters) {
  auto classifier = copy_to(*ref, Precision::f64);
  Batch batch = tiny_batch(*ref, 0, 3, 3);
  Tensor before = logits(*classifier, batch, Recording::off);
  move_parameters(classifier->state(), 0.1, random_vector(classifier->state(), 5));
  Tensor after = logits(*classifier, batch, Recording::off);
  EXPECT_GT(relative_error(*ref, after, before), 1e-3);
  EXPECT_LT(relative_error(*ref, after, logits(*classifier, batch, Recording::on)), 1e-12);
}

TEST_P(Inference, TrainsOnABatchOfOneAndOfNone) {
  auto classifier = copy_to(*ref, Precision::f64);
  for (std::int64_t n : {1, 0}) {
    Batch batch = tiny_batch(*ref, 0, n, std::max<std::int64_t>(n, 1));
    Tape tape(*ref, Recording::on);
    ForwardContext context = classifier->context(tape, Mode::train, batch.sample_ids);
    auto output = classifier->model().forward(context, tape.constant(batch.images));
    Objective objective =
        training_objective(context, output.head, batch.labels.reshape({n, 1}), batch.global_size,
                           classifier->model().config().head, {.kl_weight = 0.0});
    GradientSync sync(classifier->state(), classifier->grid());
    sync.attach(tape);
    tape.backward(objective.share, ref->full({1}, DType::f64, 1.0));
    sync.finish();
    double sum = 0;
    for (const Parameter& p : classifier->state().parameters()) {
      ASSERT_TRUE(p.grad.value.defined()) << p.name;
      sum += ref->dot(p.grad.value, p.grad.value);
    }
    EXPECT_TRUE(std::isfinite(sum));
    EXPECT_EQ(sum > 0, n > 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, Inference,
                         testing::Values(HeadKind::dense, HeadKind::soft_moe, HeadKind::sparse_moe,
                                         HeadKind::hard_moe));

}  // namespace
}  // namespace switchyard::test
