// H v against a dense Hessian, column by column.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/hvp.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

constexpr double step = 1e-6;
constexpr std::size_t probes_per_pass = 16;

using Column = std::vector<double>;

// One coordinate of the space of the parameters.
struct Coordinate {
  Parameter* parameter;
  std::int64_t element;
};

class DenseHessian : public testing::TestWithParam<HeadKind> {
 protected:
  // The head's parameters, the last stage's normalisation and the stem: some 200 coordinates.
  std::vector<Coordinate> coordinates() {
    std::vector<Coordinate> all;
    for (Parameter& p : classifier->state().parameters()) {
      bool chosen = p.name.starts_with("head.") || p.name.starts_with("backbone.layer4.1.bn") ||
                    p.name.starts_with("backbone.conv1") || p.name.starts_with("backbone.bn1");
      for (std::int64_t i = 0; chosen && i < p.value.numel(); ++i) all.push_back({&p, i});
    }
    return all;
  }

  Tensor unit(const Parameter& p, std::int64_t element) {
    Tensor v = backend->zeros(p.value.shape(), DType::f64);
    v.data<double>()[element] = 1;
    return v;
  }

  // Element j of a column belongs to coordinate j; `part` is the gradient or one of its tangents.
  template <class Part>
  Column column(const std::vector<Coordinate>& at, Part part) {
    Column c;
    for (auto [p, element] : at) c.push_back(part(*p).template data<double>()[element]);
    return c;
  }

  std::vector<Column> by_products(const std::vector<Coordinate>& at) {
    std::vector<Column> columns;
    while (columns.size() < at.size()) {
      std::size_t first = columns.size(), last = std::min(first + probes_per_pass, at.size());
      std::vector<ModelVector> units(last - first);
      std::vector<VectorPart> directions;
      for (std::size_t i = first; i < last; ++i) {
        auto [parameter, element] = at[i];
        for (Parameter& p : classifier->state().parameters()) units[i - first][&p] = Tensor();
        units[i - first][parameter] = unit(*parameter, element);
        directions.push_back(part_of(units[i - first]));
      }
      hessian.apply(directions);
      for (std::size_t i = 0; i < directions.size(); ++i)
        columns.push_back(column(at, [i](Parameter& p) { return p.grad.tangents[i]; }));
    }
    return columns;
  }

  Column gradient_at(const std::vector<Coordinate>& at, Coordinate moved, double distance) {
    Tensor before = moved.parameter->value;
    moved.parameter->value = backend->binary(
        BinaryOp::add, before, backend->scale(unit(*moved.parameter, moved.element), distance));
    hessian.apply({});
    moved.parameter->value = before;
    return column(at, [](Parameter& p) { return p.grad.value; });
  }

  std::vector<Column> by_differences(const std::vector<Coordinate>& at) {
    std::vector<Column> columns;
    for (Coordinate moved : at) {
      Column after = gradient_at(at, moved, step), before = gradient_at(at, moved, -step);
      for (std::size_t i = 0; i < at.size(); ++i) after[i] = (after[i] - before[i]) / (2 * step);
      columns.push_back(after);
    }
    return columns;
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
  std::unique_ptr<DistributedClassifier> classifier =
      tiny_classifier(*backend, *self, tiny_config(GetParam(), 3));
  HessianOperator hessian{
      *classifier, tiny_batch(*backend, 0, 7, 7, 8), {.mode = Mode::train, .objective = {}}};
};

TEST_P(DenseHessian, MatchesDifferencesAndIsSymmetric) {
  std::vector<Coordinate> at = coordinates();
  ASSERT_GT(at.size(), 100u);
  std::vector<Column> products = by_products(at), differences = by_differences(at);
  double norm = 0, error = 0, asymmetry = 0;
  for (std::size_t i = 0; i < at.size(); ++i)
    for (std::size_t j = 0; j < at.size(); ++j) {
      norm += std::pow(differences[i][j], 2);
      error += std::pow(products[i][j] - differences[i][j], 2);
      asymmetry += std::pow(products[i][j] - products[j][i], 2);
    }
  EXPECT_GT(std::sqrt(norm), 0.1);
  EXPECT_LT(std::sqrt(error / norm), 1e-7);
  EXPECT_LT(std::sqrt(asymmetry / norm), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Heads, DenseHessian,
                         testing::Values(HeadKind::dense, HeadKind::soft_moe, HeadKind::sparse_moe,
                                         HeadKind::hard_moe));

}  // namespace
}  // namespace switchyard::test
