// Exact products with the Hessian and the Gauss-Newton matrix of a whole model, every head on every
// grid: symmetric, derivatives of the gradient, and the same on all grids.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "analysis/curvature_subject.hpp"
#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t batch_size = 7;

class Curvature : public ::testing::TestWithParam<CurvatureCase> {
 protected:
  void SetUp() override {
    if (world().size() % GetParam().ep != 0) GTEST_SKIP() << "no such grid";
    subject.emplace(*backend, world(), GetParam(), GetParam().ep);
  }

  Batch share(std::int64_t size = batch_size) { return tiny_share(*backend, world(), size); }
  CurvatureOperator curvature(int block = 1) { return subject->over({share()}, GetParam(), block); }
  VectorSpace& vectors() { return subject->space.vectors(); }
  // |a - b| / |b|.
  double error(const Tensor& a, const Tensor& b) {
    Tensor difference = vectors().copy(a);
    vectors().add_scaled(difference, -1, b);
    return vectors().norm(difference) / vectors().norm(b);
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::optional<CurvatureSubject> subject;
};

TEST_P(Curvature, IsSymmetric) {
  Tensor u = subject->random(1), v = subject->random(2);
  std::vector<Tensor> products = curvature(2).apply({{u, v}});
  double scale = vectors().norm(u) * vectors().norm(products[1]);
  EXPECT_GT(scale, 1e-2);
  EXPECT_NEAR(vectors().dot(v, products[0]), vectors().dot(u, products[1]), 1e-10 * scale);
  if (GetParam().matrix == CurvatureMatrix::gauss_newton) {
    EXPECT_GT(vectors().dot(v, products[1]), 0);
  }
}

TEST_P(Curvature, IsTheDerivativeOfTheGradient) {
  if (GetParam().matrix == CurvatureMatrix::gauss_newton) GTEST_SKIP() << "of another matrix";
  Tensor v = subject->random(1);
  auto gradient_at = [&](double distance) {
    subject->space.move(distance, v);
    Tensor gradient = curvature().gradient();
    subject->space.move(-distance, v);
    return gradient;
  };
  constexpr double step = 1e-6;
  Tensor difference = vectors().scaled(gradient_at(step), 0.5 / step);
  vectors().add_scaled(difference, -0.5 / step, gradient_at(-step));
  EXPECT_LT(error(curvature().apply(v), difference), 1e-6);
}

TEST_P(Curvature, ItsGradientIsTheDerivativeOfTheObjective) {
  Tensor v = subject->random(1);
  auto objective_at = [&](double distance) {
    subject->space.move(distance, v);
    double objective = curvature().objective();
    subject->space.move(-distance, v);
    return objective;
  };
  constexpr double step = 1e-7;  // local batch norm of two samples bends within 1e-6
  double slope = (objective_at(step) - objective_at(-step)) / (2 * step);
  EXPECT_NEAR(vectors().dot(curvature().gradient(), v), slope, 1e-6 * std::abs(slope) + 1e-8);
}

TEST_P(Curvature, OfSeveralVectorsIsThatOfEach) {
  std::vector<Tensor> xs = {subject->random(1), subject->random(2), subject->random(3)};
  std::vector<Tensor> in_blocks = curvature(2).apply(xs), at_once = curvature(3).apply(xs);
  ASSERT_EQ(in_blocks.size(), 3u);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    Tensor alone = curvature().apply(xs[i]);
    EXPECT_LT(error(in_blocks[i], alone), 1e-12);
    EXPECT_LT(error(at_once[i], alone), 1e-12);
  }
}

// The second batch is the shorter one, and leaves more ranks without samples.
TEST_P(Curvature, OfSeveralBatchesIsTheMeanOverSamples) {
  Tensor v = subject->random(1);
  auto alone = [&](std::int64_t size) { return subject->over({share(size)}, GetParam()); };
  CurvatureOperator first = alone(batch_size), second = alone(2);
  CurvatureOperator both = subject->over({share(batch_size), share(2)}, GetParam());
  auto mean = [&](const Tensor& a, const Tensor& b) {
    Tensor sum = vectors().scaled(a, 7.0 / 9.0);
    vectors().add_scaled(sum, 2.0 / 9.0, b);
    return sum;
  };
  EXPECT_LT(error(both.apply(v), mean(first.apply(v), second.apply(v))), 1e-12);
  EXPECT_LT(error(both.gradient(), mean(first.gradient(), second.gradient())), 1e-12);
  EXPECT_NEAR(both.objective(), (7 * first.objective() + 2 * second.objective()) / 9, 1e-12);
}

// A space of few parameters, of which some ranks hold none: one expert's weights and a bias.
TEST_P(Curvature, OnFewParametersIsABlockOfTheWhole) {
  auto selected = [](const std::string& name) {
    return name.find("experts.2.") != std::string::npos || name.ends_with("layer1.0.bn1.bias");
  };
  CurvatureSubject part(*backend, world(), GetParam(), GetParam().ep, selected);
  Tensor x = part.random(1), embedded = vectors().zeros();
  auto for_each_shared = [&](auto f) {
    for (std::size_t i = 0; i < part.space.parameters().size(); ++i)
      for (std::size_t j = 0; j < subject->space.parameters().size(); ++j)
        if (subject->space.parameters()[j]->name == part.space.parameters()[i]->name) f(i, j);
  };
  for_each_shared([&](std::size_t i, std::size_t j) {
    Tensor into = subject->space.part(embedded, j);
    backend->accumulate(into, part.space.part(x, i));
  });
  Tensor expected = curvature().apply(embedded);
  Tensor product = part.over({share()}, GetParam()).apply(x);
  for_each_shared([&](std::size_t i, std::size_t j) {
    EXPECT_LT(
        relative_error(*backend, part.space.part(product, i), subject->space.part(expected, j)),
        1e-11);
  });
}

TEST_P(Curvature, LeavesTheModelAsItIs) {
  std::vector<std::pair<Tensor, Tensor>> before;
  auto remember = [&](const Tensor& x) { before.emplace_back(x, backend->convert(x, x.dtype())); };
  ModelState& state = subject->classifier->state();
  for (auto& p : state.parameters()) remember(p.value);
  for (auto& b : state.buffers()) remember(b.value);
  curvature().apply(subject->random(1));
  auto expect_unchanged = [next = before.begin()](const Tensor& now, const std::string& n) mutable {
    EXPECT_EQ(now.raw(), next->first.raw()) << n;
    EXPECT_EQ(std::memcmp(now.raw(), next->second.raw(), now.bytes()), 0) << n;
    ++next;
  };
  for (auto& p : state.parameters()) {
    EXPECT_TRUE(p.tangents.empty()) << p.name;
    expect_unchanged(p.value, p.name);
  }
  for (auto& b : state.buffers()) expect_unchanged(b.value, b.name);
}

// One rank alone with the whole batches is the yardstick of every grid.
TEST_P(Curvature, IsTheSameOnEveryGrid) {
  if (GetParam().sync == NormSync::local) GTEST_SKIP() << "batches are normalised by rank";
  auto self = make_self_communicator();
  CurvatureSubject whole(*backend, *self, GetParam(), 1);
  CurvatureOperator reference = whole.over(
      {tiny_batch(*backend, 0, batch_size, batch_size), tiny_batch(*backend, 0, 2, 2)}, GetParam());
  CurvatureOperator sharded = subject->over({share(), share(2)}, GetParam());
  EXPECT_NEAR(sharded.objective(), reference.objective(), 1e-12);

  Tensor expected = reference.apply(whole.random(1)), product = sharded.apply(subject->random(1));
  EXPECT_NEAR(vectors().norm(product), whole.space.vectors().norm(expected),
              1e-9 * vectors().norm(product));
  for (std::size_t i = 0; i < subject->space.parameters().size(); ++i) {
    const std::string& name = subject->space.parameters()[i]->name;
    auto other = std::ranges::find(whole.space.parameters(), name,
                                   [](const Parameter* p) { return p->name; });
    ASSERT_NE(other, whole.space.parameters().end());
    auto place = static_cast<std::size_t>(other - whole.space.parameters().begin());
    Tensor theirs = whole.space.part(expected, place);
    if (std::sqrt(backend->dot(theirs, theirs)) < 1e-8) continue;  // a dead unit's: only rounding
    EXPECT_LT(relative_error(*backend, subject->space.part(product, i), theirs), 1e-9) << name;
  }
}

// In f64 all grids agree: so they do in f32, to its rounding.
TEST_P(Curvature, InSinglePrecisionIsThatInDoubleToRounding) {
  PrimalCache cache(*backend);
  DistributedOptions options{
      .precision = Precision::f32, .ep = GetParam().ep, .norm_sync = GetParam().sync, .seed = 3};
  DistributedClassifier single(cache, world(), subject->classifier->model().config(), options);
  ModelState &from = subject->classifier->state(), &to = single.state();
  auto rounded = [&](const Tensor& x) {
    return x.dtype() == DType::f64 ? backend->convert(x, DType::f32) : x;
  };
  for (std::size_t i = 0; i < to.parameters().size(); ++i)
    to.parameters()[i].value = rounded(from.parameters()[i].value);
  for (std::size_t i = 0; i < to.buffers().size(); ++i)
    to.buffers()[i].value = rounded(from.buffers()[i].value);
  Batch batch = share();
  batch.images = rounded(batch.images);
  ParameterSpace space(to, single.grid(), every);
  CurvatureOperator in_single(single, space, cache, {batch},
                              {.matrix = GetParam().matrix, .norm = GetParam().norm});
  CurvatureOperator in_double(*subject->classifier, subject->space, subject->cache, {share()},
                              {.matrix = GetParam().matrix, .norm = GetParam().norm});
  auto signs = [](ParameterSpace& s) {
    return s.vectors().random(RandomEntries::rademacher, 1, 0);
  };
  Tensor product = in_single.apply(signs(space));
  EXPECT_LT(error(backend->convert(product, DType::f64), in_double.apply(signs(subject->space))),
            1e-4);
}

INSTANTIATE_TEST_SUITE_P(Cases, Curvature, ::testing::ValuesIn(curvature_cases()),
                         [](const auto& info) { return name_of(info.param); });

TEST(CurvatureOptions, ThatMakeNoSenseAreRefused) {
  auto backend = make_backend(BackendKind::ref);
  CurvatureCase sparse{HeadKind::sparse_moe, NormStatistics::running, CurvatureMatrix::gauss_newton,
                       1};
  CurvatureSubject subject(*backend, world(), sparse, 1);
  Batch batch = tiny_share(*backend, world(), batch_size);
  auto with = [&](const CurvatureOptions& options, std::vector<Batch> batches) {
    return testing::error_text(ExitCode::bad_usage, [&] {
      CurvatureOperator(*subject.classifier, subject.space, subject.cache, batches, options);
    });
  };
  CurvatureOptions balanced{.matrix = CurvatureMatrix::gauss_newton, .objective = {}};
  EXPECT_TRUE(testing::contains(with(balanced, {batch}), "balance losses"));
  EXPECT_TRUE(testing::contains(with({.block = 0}, {batch}), "block"));
  EXPECT_TRUE(testing::contains(with({}, {}), "samples"));
  EXPECT_TRUE(testing::contains(
      testing::error_text(ExitCode::bad_usage,
                          [&] {
                            ParameterSpace(subject.classifier->state(), subject.classifier->grid(),
                                           [](const std::string&) { return false; });
                          }),
      "no parameter"));
}

}  // namespace
}  // namespace switchyard::test
