// Products whose values are kept between them: the same bits as without, on every grid, and only
// the tangents' kernels.

#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "analysis/curvature_subject.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

std::vector<CurvatureCase> cached_cases() {
  constexpr auto hessian = CurvatureMatrix::hessian, ggn = CurvatureMatrix::gauss_newton;
  constexpr auto batch = NormStatistics::batch, running = NormStatistics::running;
  std::vector<CurvatureCase> cases = {
      {HeadKind::dense, running, hessian, 1},
      {HeadKind::hard_moe, running, hessian, 1},
      {HeadKind::sparse_moe, batch, hessian, 1, NormSync::local},
  };
  for (int ep : {1, 2, 3, 4}) {
    cases.push_back({HeadKind::soft_moe, batch, hessian, ep});
    cases.push_back({HeadKind::sparse_moe, batch, hessian, ep});
    cases.push_back({HeadKind::sparse_moe, running, ggn, ep});
  }
  return cases;
}

class CachedProducts : public ::testing::TestWithParam<CurvatureCase> {
 protected:
  void SetUp() override {
    if (world().size() % GetParam().ep != 0) GTEST_SKIP() << "no such grid";
    subject.emplace(*backend, world(), GetParam(), GetParam().ep);
  }
  // The second one leaves more ranks without samples.
  std::vector<Batch> batches() {
    return {tiny_share(*backend, world(), 7), tiny_share(*backend, world(), 2)};
  }
  CurvatureOperator curvature(int block, CacheUse use, std::size_t bytes = 0) {
    return subject->over(batches(), GetParam(), block, use, bytes);
  }
  void expect_same_bits(std::span<const Tensor> xs, std::span<const Tensor> ys) {
    ASSERT_EQ(xs.size(), ys.size());
    for (std::size_t i = 0; i < xs.size(); ++i)
      EXPECT_EQ(std::memcmp(xs[i].raw(), ys[i].raw(), xs[i].bytes()), 0) << "product " << i;
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::optional<CurvatureSubject> subject;
};

// Blocks of two, two and one: the first pass makes the values, the others find them.
TEST_P(CachedProducts, AreTheSameBits) {
  std::vector<Tensor> xs;
  for (std::uint64_t i = 0; i < 5; ++i) xs.push_back(subject->random(i));
  expect_same_bits(curvature(2, CacheUse::on).apply(xs), curvature(2, CacheUse::off).apply(xs));
}

TEST_P(CachedProducts, AreMadeAnewWhenParametersMove) {
  CurvatureOperator cached = curvature(1, CacheUse::on);
  Tensor v = subject->random(1);
  cached.apply(v);
  subject->space.move(0.01, subject->random(2));
  expect_same_bits({{cached.apply(v)}}, {{curvature(1, CacheUse::off).apply(v)}});
}

TEST_P(CachedProducts, TakeAsManyBatchesAsThereIsRoomFor) {
  Tensor v = subject->random(1);
  Tensor expected = curvature(1, CacheUse::off).apply(v);
  CurvatureOperator all = curvature(1, CacheUse::on);
  EXPECT_EQ(all.cached_bytes(), 0u);
  all.apply(v);
  EXPECT_EQ(all.cached_batches(), 2u);
  const std::size_t most = all.cached_bytes();
  CurvatureOperator none = curvature(1, CacheUse::automatic, 1);
  CurvatureOperator both = curvature(1, CacheUse::automatic, 2 * most);
  for (int i = 0; i < 2; ++i) {
    expect_same_bits({{none.apply(v)}}, {{expected}});
    expect_same_bits({{both.apply(v)}}, {{expected}});
    EXPECT_EQ(none.cached_batches(), 0u);
    EXPECT_EQ(none.cached_bytes(), 0u);
    EXPECT_EQ(both.cached_batches(), 2u);
    EXPECT_EQ(both.cached_bytes(), most);
  }
}

// Rank 0 has the least room and says what fits.
TEST_P(CachedProducts, AgreeOnTheRankWithTheLeastRoom) {
  const std::size_t room = world().rank() == Rank{0} ? 1 : std::size_t{1} << 30;
  CurvatureOperator cached = curvature(1, CacheUse::automatic, room);
  cached.apply(subject->random(1));
  EXPECT_EQ(cached.cached_batches(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Cases, CachedProducts, ::testing::ValuesIn(cached_cases()),
                         [](const auto& info) { return name_of(info.param); });

TEST(CachedProductsOfTheProcessor, AreTheSameBits) {
  auto cpu = make_backend(BackendKind::cpu);
  for (auto norm : {NormStatistics::batch, NormStatistics::running}) {
    CurvatureCase c{HeadKind::sparse_moe, norm, CurvatureMatrix::hessian, world().size()};
    CurvatureSubject subject(*cpu, world(), c, c.ep);
    const std::vector<Batch> batches = {tiny_share(*cpu, world(), 7)};
    CurvatureOperator cached = subject.over(batches, c, 1, CacheUse::on);
    CurvatureOperator plain = subject.over(batches, c);
    for (std::uint64_t i = 0; i < 3; ++i) {
      Tensor x = subject.random(i), y = cached.apply(x), z = plain.apply(x);
      EXPECT_EQ(std::memcmp(y.raw(), z.raw(), y.bytes()), 0) << "product " << i;
    }
  }
}

// Counts convolutions, each way.
class ConvolutionCounter final : public ForwardingBackend {
 public:
  using ForwardingBackend::ForwardingBackend;
  Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) override {
    ++count;
    return ForwardingBackend::conv2d(x, w, spec);
  }
  Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                           const Shape& x_shape) override {
    ++count;
    return ForwardingBackend::conv2d_grad_input(dy, w, spec, x_shape);
  }
  Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                            const Shape& w_shape) override {
    ++count;
    return ForwardingBackend::conv2d_grad_weight(x, dy, spec, w_shape);
  }
  int count = 0;
};

// Of each of 20 layers: two forward, two back to the input and two to the weights, but of the first
// one each way, as images have neither tangents nor gradients. Values: one forward, one back.
TEST(CachedConvolutions, AreThoseOfTangents) {
  auto ref = make_backend(BackendKind::ref);
  auto self = make_self_communicator();
  ConvolutionCounter counter(*ref);
  CurvatureCase c{HeadKind::dense, NormStatistics::running, CurvatureMatrix::hessian, 1};
  CurvatureSubject subject(counter, *self, c, 1);
  CurvatureOperator cached = subject.over({tiny_batch(*ref, 0, 3, 3)}, c, 1, CacheUse::on);
  auto convolutions = [&] {
    counter.count = 0;
    cached.apply(subject.random(1));
    return counter.count;
  };
  const int tangents = 19 * 6 + 2, values = 20 + 19;
  EXPECT_EQ(convolutions(), tangents + values);
  EXPECT_EQ(convolutions(), tangents);
  EXPECT_EQ(convolutions(), tangents);
}

// Where only the head's parameters are differentiated, the backbone is run once, forward.
TEST(CachedConvolutions, AreNoneForTheHead) {
  auto ref = make_backend(BackendKind::ref);
  auto self = make_self_communicator();
  ConvolutionCounter counter(*ref);
  CurvatureCase c{HeadKind::sparse_moe, NormStatistics::batch, CurvatureMatrix::hessian, 1};
  CurvatureSubject subject(counter, *self, c, 1,
                           [](const std::string& name) { return name.starts_with("head."); });
  CurvatureOperator cached = subject.over({tiny_batch(*ref, 0, 3, 3)}, c, 1, CacheUse::on);
  counter.count = 0;
  cached.apply(subject.random(1));
  EXPECT_EQ(counter.count, 20);
  cached.apply(subject.random(2));
  EXPECT_EQ(counter.count, 20);
}

}  // namespace
}  // namespace switchyard::test
