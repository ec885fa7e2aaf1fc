// Gradient sums against plain sums over the ranks that hold a parameter.

#include "parallel/gradient_sync.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

#include "ops/arithmetic.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

// The gradient on world rank r is r + 1 + number in every element, its tangents those of `seed`.
class GradientSums : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (world().size() % GetParam() != 0) GTEST_SKIP() << "no such grid";
    grid.emplace(world(), GetParam());
    for (int i = 0; i < 5; ++i) {
      state.add_parameter(fmt::format("replicated.{}", i), {2, i + 1}, {});
      if (i < 2)
        state.add_parameter(fmt::format("expert.{}", i), {i + 1}, {}, ExpertId{grid->ep_rank()});
    }
  }

  // The root is the sum of (rank + 1 + number) p + p^2 / 2 over the parameters in use.
  void backward(GradientSync& sync, int probes, DualParts parts = DualParts::all) {
    Tape tape(*backend, Recording::on, probes, parts);
    Variable root = tape.constant(backend->zeros({1}, DType::f64));
    int number = 0;
    for (Parameter& p : state.parameters()) {
      if (number++ % 3 == unused) continue;
      p.tangents.assign(static_cast<std::size_t>(probes),
                        backend->full(p.value.shape(), DType::f64, slope(world().rank().value)));
      Variable x = tape.parameter(p);
      root = add(tape, root, scale(tape, sum_all(tape, x), slope(world().rank().value) + number));
      Variable half = scale(tape, unary(tape, UnaryOp::square, x), 0.5);
      root = add(tape, root, sum_all(tape, half));
    }
    sync.attach(tape);
    tape.backward(root, backend->full({1}, DType::f64, 1.0));
    sync.finish();
  }

  static double slope(int rank) { return rank + 1; }

  void expect_all(const Tensor& x, double expected, const std::string& name) {
    ASSERT_TRUE(x.defined()) << name;
    for (double v : x.span<double>()) EXPECT_DOUBLE_EQ(v, expected) << name;
  }

  void expect_sums(int probes, DualParts parts = DualParts::all) {
    int number = 0;
    for (const Parameter& p : state.parameters()) {
      bool used = number++ % 3 != unused;
      double gradient = 0, tangent = 0;
      for (int r = 0; r < world().size(); ++r) {
        if (p.expert && r % grid->ep() != grid->ep_rank()) continue;
        gradient += used ? slope(r) + number : 0;  // values are 0
        tangent += used ? slope(r) : 0;
      }
      if (parts == DualParts::all)
        expect_all(p.grad.value, gradient, p.name);
      else
        EXPECT_FALSE(p.grad.value.defined()) << p.name;
      ASSERT_EQ(p.grad.tangents.size(), static_cast<std::size_t>(probes));
      for (const Tensor& t : p.grad.tangents) expect_all(t, tangent, p.name);
    }
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::optional<ProcessGrid> grid;
  ModelState state{*backend, DType::f64, 1};
  int unused = 2;  // every third parameter from here is not in use
};

TEST_P(GradientSums, AreThoseOfAllCopies) {
  // One parameter a bucket, a few, and all in one.
  for (std::size_t bucket_bytes : {1u, 100u, 1u << 20})
    for (int probes : {0, 1, 3}) {
      GradientSync sync(state, *grid, bucket_bytes);
      backward(sync, probes);
      expect_sums(probes);
    }
}

TEST_P(GradientSums, OfTangentsAlone) {
  for (std::size_t bucket_bytes : {1u, 100u, 1u << 20})
    for (int probes : {0, 1, 3}) {
      GradientSync sync(state, *grid, bucket_bytes);
      backward(sync, probes, DualParts::tangents);
      expect_sums(probes, DualParts::tangents);
    }
}

TEST_P(GradientSums, StartAnewEveryStep) {
  GradientSync sync(state, *grid, 64);
  for (int probes : {2, 0, 0, 1}) {
    unused = (unused + 1) % 3;  // what had a gradient in the last step has none now
    backward(sync, probes);
    expect_sums(probes);
  }
}

INSTANTIATE_TEST_SUITE_P(Ep, GradientSums, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace switchyard::test
