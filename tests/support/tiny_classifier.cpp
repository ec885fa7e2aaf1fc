#include "support/tiny_classifier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ops/tape.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t tiny_classes = 4;

// FNV-1a folded to 32 bits: std::hash is not the same everywhere.
std::uint64_t key_of(const std::string& name) {
  std::uint32_t h = 0x811C9DC5u;
  for (unsigned char c : name) h = (h ^ c) * 0x01000193u;
  return std::uint64_t{h} << 24;
}

Tensor normal_numbers(Backend& backend, const Shape& shape, std::uint64_t first, int number) {
  RandomStream stream(number, RandomPurpose::probe_vector);
  std::vector<double> values(static_cast<std::size_t>(count_elements(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = stream.normal(first + i, 0);
  return backend.from_host(values.data(), shape, DType::f64);
}

void see_a_batch(DistributedClassifier& classifier) {
  Backend& backend = classifier.backend();
  Batch batch = tiny_share(backend, classifier.grid().world(), 6);
  Tape tape(backend, Recording::off);
  ForwardContext context = classifier.context(tape, Mode::train, batch.sample_ids);
  classifier.model().forward(context, tape.constant(batch.images));
  classifier.state().mark_changed();
}

}  // namespace

ModelConfig tiny_config(HeadKind head, int experts) {
  ModelConfig config;
  config.width = 1;
  config.classes = tiny_classes;
  config.head.kind = head;
  config.head.dense_hidden = 6;
  config.head.experts = experts;
  config.head.expert_hidden = 3;
  return config;
}

std::unique_ptr<DistributedClassifier> tiny_classifier(Backend& backend, Communicator& world,
                                                       const ModelConfig& config, int ep,
                                                       NormSync norm) {
  auto classifier = std::make_unique<DistributedClassifier>(
      backend, world, config,
      DistributedOptions{.precision = Precision::f64, .ep = ep, .norm_sync = norm, .seed = 3});
  move_parameters(classifier->state(), 0.2, random_vector(classifier->state(), 0));
  see_a_batch(*classifier);
  return classifier;
}

Batch tiny_batch(Backend& backend, std::int64_t first, std::int64_t last, std::int64_t global_size,
                 std::int64_t size) {
  std::int64_t n = last - first, pixels = size * size * 3;
  std::vector<std::int32_t> labels;
  std::vector<std::int64_t> ids;
  for (std::int64_t i = first; i < last; ++i) {
    labels.push_back(static_cast<std::int32_t>(i * 3 % tiny_classes));
    ids.push_back(100 + 7 * i);
  }
  Batch batch;
  batch.images =
      normal_numbers(backend, {n, size, size, 3}, static_cast<std::uint64_t>(first * pixels), 1000);
  batch.labels = backend.from_host(labels.data(), {n}, DType::i32);
  batch.sample_ids = backend.from_host(ids.data(), {n}, DType::i64);
  batch.first = first;
  batch.global_size = global_size;
  return batch;
}

Batch tiny_share(Backend& backend, Communicator& world, std::int64_t global_size,
                 std::int64_t size) {
  int ranks = world.size(), rank = world.rank().value;
  // Everything that an equal share would not cover goes to rank 0, and rank 1's with it.
  std::int64_t each = global_size / (ranks + 1);
  bool idle = ranks > 2;
  auto end_of = [&](int r) {
    std::int64_t later = 0;
    for (int s = r + 1; s < ranks; ++s) later += idle && s == 1 ? 0 : each;
    return global_size - later;
  };
  return tiny_batch(backend, rank == 0 ? 0 : end_of(rank - 1), end_of(rank), global_size, size);
}

ModelVector random_vector(ModelState& state, int number) {
  ModelVector v;
  for (const Parameter& p : state.parameters())
    v[&p] = normal_numbers(state.backend(), p.value.shape(), key_of(p.name), number);
  return v;
}

void move_parameters(ModelState& state, double factor, const ModelVector& v) {
  Backend& backend = state.backend();
  for (Parameter& p : state.parameters())
    p.value = backend.binary(BinaryOp::add, p.value, backend.scale(v.at(&p), factor));
  state.mark_changed();
}

double relative_error(Backend& backend, const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  Tensor difference = backend.binary(BinaryOp::sub, a, b);
  double length = std::sqrt(backend.dot(b, b));
  return std::sqrt(backend.dot(difference, difference)) / (length > 0 ? length : 1.0);
}

}  // namespace switchyard::test
