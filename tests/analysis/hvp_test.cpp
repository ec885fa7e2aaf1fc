// Exact H v of a whole model, every head on every grid: symmetric, the derivative of the gradient,
// and the same on all grids.

#include "analysis/hvp.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "support/mpi_main.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t batch_size = 7;

struct HvpCase {
  HeadKind head;
  Mode mode;
  int ep;
  NormSync norm = NormSync::sync;
};

std::string name_of(const testing::TestParamInfo<HvpCase>& info) {
  const char* heads[] = {"Dense", "Soft", "Sparse", "Hard"};
  return std::string(heads[static_cast<int>(info.param.head)]) +
         (info.param.mode == Mode::train ? "Train" : "Eval") + "Ep" +
         std::to_string(info.param.ep) + (info.param.norm == NormSync::local ? "Local" : "");
}

std::vector<HvpCase> hvp_cases() {
  std::vector<HvpCase> cases;
  for (Mode mode : {Mode::train, Mode::eval}) {
    cases.push_back({HeadKind::dense, mode, 1});
    for (HeadKind head : {HeadKind::soft_moe, HeadKind::sparse_moe, HeadKind::hard_moe})
      for (int ep : {1, 2, 3, 4}) cases.push_back({head, mode, ep});
  }
  cases.push_back({HeadKind::sparse_moe, Mode::train, 1, NormSync::local});
  return cases;
}

class Hvp : public testing::TestWithParam<HvpCase> {
 protected:
  void SetUp() override {
    if (world().size() % GetParam().ep != 0) GTEST_SKIP() << "no such grid";
    classifier = tiny_classifier(*backend, world(), tiny_config(GetParam().head), GetParam().ep,
                                 GetParam().norm);
  }

  // All losses are on; without gate noise the load loss is importance once more.
  HessianOptions options() const {
    HessianOptions options{.mode = GetParam().mode, .step = 5};
    options.objective.label_smoothing = 0.1;
    options.objective.kl_weight = 0.5;
    if (GetParam().mode == Mode::eval) options.objective.load_loss = LoadLoss::importance;
    return options;
  }

  HessianOperator hessian() {
    return {*classifier, tiny_share(*backend, world(), batch_size), options()};
  }

  // Of what the last pass left.
  ModelVector gradient() const {
    ModelVector g;
    for (const Parameter& p : classifier->state().parameters()) g[&p] = p.grad.value;
    return g;
  }
  ModelVector product(std::size_t probe) const {
    ModelVector g;
    for (const Parameter& p : classifier->state().parameters()) g[&p] = p.grad.tangents.at(probe);
    return g;
  }

  double dot(const ModelVector& a, const ModelVector& b) {
    return sharded_dot(classifier->state(), classifier->grid(), part_of(a), part_of(b));
  }
  // |a - b| / |b| over the whole model.
  double error(ModelVector a, const ModelVector& b) {
    for (auto& [p, t] : a) t = backend->binary(BinaryOp::sub, t, b.at(p));
    return std::sqrt(dot(a, a) / dot(b, b));
  }

  ModelVector gradient_at(double distance, const ModelVector& v) {
    auto before = values();
    move_parameters(classifier->state(), distance, v);
    hessian().apply({});
    for (Parameter& p : classifier->state().parameters()) p.value = before.at(&p);
    return gradient();
  }
  ModelVector values() const {
    ModelVector x;
    for (const Parameter& p : classifier->state().parameters()) x[&p] = p.value;
    return x;
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<DistributedClassifier> classifier;
};

TEST_P(Hvp, IsSymmetric) {
  ModelVector u = random_vector(classifier->state(), 1), v = random_vector(classifier->state(), 2);
  hessian().apply({{part_of(u), part_of(v)}});
  double vhu = dot(v, product(0)), uhv = dot(u, product(1));
  double scale = std::sqrt(dot(u, u) * dot(product(1), product(1)));
  EXPECT_GT(scale, 1e-2);
  EXPECT_NEAR(vhu, uhv, 1e-10 * scale);
}

TEST_P(Hvp, IsTheDerivativeOfTheGradient) {
  ModelVector v = random_vector(classifier->state(), 1);
  constexpr double step = 1e-6;
  ModelVector after = gradient_at(step, v), before = gradient_at(-step, v);
  for (auto& [p, t] : after)
    t = backend->scale(backend->binary(BinaryOp::sub, t, before.at(p)), 0.5 / step);
  hessian().apply({{part_of(v)}});
  EXPECT_LT(error(product(0), after), 1e-6);
}

TEST_P(Hvp, OfSeveralProbesIsThatOfEach) {
  ModelVector u = random_vector(classifier->state(), 1), v = random_vector(classifier->state(), 2);
  double plain_objective = hessian().apply({});
  ModelVector plain = gradient();
  EXPECT_NEAR(hessian().apply({{part_of(u)}}), plain_objective, 1e-12);
  EXPECT_LT(error(gradient(), plain), 1e-11);
  ModelVector hu = product(0);
  hessian().apply({{part_of(v)}});
  ModelVector hv = product(0);
  hessian().apply({{part_of(u), part_of(v)}});
  EXPECT_LT(error(product(0), hu), 1e-12);
  EXPECT_LT(error(product(1), hv), 1e-12);
}

// Directions of which some ranks hold nothing: the other parts are undefined tensors.
TEST_P(Hvp, AlongFewExpertsIsThatOfTheirEmbedding) {
  if (GetParam().head == HeadKind::dense) GTEST_SKIP() << "no experts";
  ModelVector sparse = random_vector(classifier->state(), 1), zeros = sparse;
  for (auto& [p, t] : sparse) {
    if (p->expert == ExpertId{2} || p->expert == ExpertId{4}) continue;
    t = Tensor();
    zeros[p] = backend->zeros(p->value.shape(), DType::f64);
  }
  hessian().apply({{part_of(zeros)}});
  ModelVector expected = product(0);
  hessian().apply({{part_of(sparse)}});
  EXPECT_GT(dot(expected, expected), 0);
  EXPECT_LT(error(product(0), expected), 1e-12);
}

TEST_P(Hvp, LeavesTheModelAsItIs) {
  auto parameters = values();
  std::vector<Tensor> buffers, copies;
  for (auto& b : classifier->state().buffers()) {
    buffers.push_back(b.value);
    copies.push_back(backend->convert(b.value, b.value.dtype()));
  }
  ModelVector v = random_vector(classifier->state(), 1);
  hessian().apply({{part_of(v)}});
  for (Parameter& p : classifier->state().parameters()) {
    EXPECT_TRUE(p.tangents.empty()) << p.name;
    EXPECT_EQ(p.value.raw(), parameters.at(&p).raw()) << p.name;
  }
  auto before = buffers.begin(), copy = copies.begin();
  for (auto& b : classifier->state().buffers()) {
    EXPECT_EQ(b.value.raw(), before++->raw()) << b.name;
    EXPECT_EQ(std::memcmp(b.value.raw(), copy++->raw(), b.value.bytes()), 0) << b.name;
  }
}

// One rank alone with the whole batch is the yardstick of every grid.
TEST_P(Hvp, IsTheSameOnEveryGrid) {
  if (GetParam().norm == NormSync::local) GTEST_SKIP() << "batches are normalised by rank";
  auto self = make_self_communicator();
  auto whole = tiny_classifier(*backend, *self, tiny_config(GetParam().head));
  HessianOperator reference(*whole, tiny_batch(*backend, 0, batch_size, batch_size), options());
  ModelVector expected = random_vector(whole->state(), 1);
  double objective = reference.apply({{part_of(expected)}});

  ModelVector v = random_vector(classifier->state(), 1);
  EXPECT_NEAR(hessian().apply({{part_of(v)}}), objective, 1e-12);
  for (const Parameter& p : classifier->state().parameters()) {
    const Parameter& other = *whole->state().find_parameter(p.name);
    double largest = std::sqrt(backend->dot(other.grad.tangents[0], other.grad.tangents[0]));
    if (largest < 1e-8) continue;  // a dead unit's: nothing but rounding
    EXPECT_LT(relative_error(*backend, p.value, other.value), 1e-15) << p.name;
    EXPECT_LT(relative_error(*backend, p.grad.value, other.grad.value), 1e-9) << p.name;
    EXPECT_LT(relative_error(*backend, p.grad.tangents[0], other.grad.tangents[0]), 1e-9) << p.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, Hvp, testing::ValuesIn(hvp_cases()), name_of);

}  // namespace
}  // namespace switchyard::test
