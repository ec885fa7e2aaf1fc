// Products against dense matrices, column by column: the Hessian against central differences of the
// gradient, the Gauss-Newton matrix against J' H_L J.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "analysis/curvature_subject.hpp"

namespace switchyard::test {
namespace {

constexpr double step = 1e-6;

using Matrix = std::vector<std::vector<double>>;  // by column

// The head's parameters, the last stage's normalisation and the stem: some 200 coordinates.
bool few(const std::string& name) {
  return name.starts_with("head.") || name.starts_with("backbone.layer4.1.bn") ||
         name.starts_with("backbone.conv1") || name.starts_with("backbone.bn1");
}

// |a - b| and |b|, over all entries.
struct Distance {
  double error = 0, norm = 0;
};
Distance distance(const Matrix& a, const Matrix& b) {
  Distance d;
  for (std::size_t j = 0; j < b.size(); ++j)
    for (std::size_t i = 0; i < b[j].size(); ++i) {
      d.error = std::hypot(d.error, a[j][i] - b[j][i]);
      d.norm = std::hypot(d.norm, b[j][i]);
    }
  return d;
}

Matrix transposed(const Matrix& a) {
  Matrix t(a[0].size(), std::vector<double>(a.size()));
  for (std::size_t j = 0; j < a.size(); ++j)
    for (std::size_t i = 0; i < a[j].size(); ++i) t[i][j] = a[j][i];
  return t;
}

class DenseCurvature : public ::testing::TestWithParam<HeadKind> {
 protected:
  CurvatureOperator over(CurvatureMatrix matrix, NormStatistics norm) {
    CurvatureCase c{GetParam(), norm, matrix, 1};
    return subject.over({tiny_batch(*backend, 0, 7, 7, 8)}, c, 16);
  }

  std::vector<double> entries(const Tensor& x) const {
    std::vector<double> all;
    for (std::size_t i = 0; i < subject.space.parameters().size(); ++i)
      for (double value : subject.space.part(x, i).span<double>()) all.push_back(value);
    return all;
  }
  // The unit vectors of the space.
  std::vector<Tensor> units() {
    std::vector<Tensor> all;
    for (std::size_t i = 0; i < subject.space.parameters().size(); ++i)
      for (std::int64_t e = 0; e < subject.space.parameters()[i]->value.numel(); ++e) {
        all.push_back(subject.space.vectors().zeros());
        Tensor part = subject.space.part(all.back(), i);
        part.data<double>()[e] = 1;
      }
    return all;
  }
  // f is given each unit vector; gives a column.
  template <class F>
  Matrix by_columns(F&& f) {
    Matrix columns;
    for (const Tensor& unit : units()) columns.push_back(f(unit));
    return columns;
  }
  Matrix by_products(CurvatureOperator& curvature) {
    Matrix columns;
    for (const Tensor& y : curvature.apply(units())) columns.push_back(entries(y));
    return columns;
  }
  // d f / d parameters by central differences; f gives a row of numbers.
  template <class F>
  Matrix differences(F&& f) {
    return by_columns([&](const Tensor& unit) {
      auto at = [&](double from_before) {
        subject.space.move(from_before, unit);
        return f();
      };
      std::vector<double> after = at(step), before = at(-2 * step);
      subject.space.move(step, unit);
      for (std::size_t i = 0; i < after.size(); ++i) after[i] = (after[i] - before[i]) / (2 * step);
      return after;
    });
  }
  std::vector<double> logits(const Batch& batch) {
    Tape tape(subject.cache, Recording::off);
    ForwardContext context = subject.classifier->context(tape, Mode::eval, batch.sample_ids);
    Tensor z = subject.classifier->model()
                   .forward(context, tape.constant(batch.images))
                   .head.logits.value();
    return {z.span<double>().begin(), z.span<double>().end()};
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::unique_ptr<Communicator> self = make_self_communicator();
  CurvatureCase any{GetParam(), NormStatistics::batch, CurvatureMatrix::hessian, 1};
  CurvatureSubject subject{*backend, *self, any, 1, few};
};

TEST_P(DenseCurvature, HessianMatchesDifferencesAndIsSymmetric) {
  for (NormStatistics norm : {NormStatistics::batch, NormStatistics::running}) {
    CurvatureOperator hessian = over(CurvatureMatrix::hessian, norm);
    Matrix products = by_products(hessian);
    ASSERT_GT(products.size(), 100u);
    Distance error = distance(products, differences([&] { return entries(hessian.gradient()); }));
    EXPECT_GT(error.norm, 0.1);
    EXPECT_LT(error.error, 1e-7 * error.norm);
    EXPECT_LT(distance(products, transposed(products)).error, 1e-12 * error.norm);
  }
}

// Of each sample H_L = diag(p) - p p', over the number of samples; smoothed labels are constants.
TEST_P(DenseCurvature, GaussNewtonIsThatOfTheLogitsJacobian) {
  CurvatureOperator ggn = over(CurvatureMatrix::gauss_newton, NormStatistics::running);
  const Batch batch = tiny_batch(*backend, 0, 7, 7, 8);
  Matrix jacobian = differences([&] { return logits(batch); });
  const std::vector<double> z = logits(batch);
  const std::size_t classes = z.size() / 7;
  Matrix scaled = jacobian;  // H_L J
  for (std::size_t j = 0; j < jacobian.size(); ++j)
    for (std::size_t b = 0; b < z.size(); b += classes) {
      double total = 0, mean = 0;
      for (std::size_t c = 0; c < classes; ++c) total += std::exp(z[b + c]);
      for (std::size_t c = 0; c < classes; ++c)
        mean += std::exp(z[b + c]) / total * jacobian[j][b + c];
      for (std::size_t c = 0; c < classes; ++c)
        scaled[j][b + c] = std::exp(z[b + c]) / total * (jacobian[j][b + c] - mean) / 7;
    }
  Matrix expected(jacobian.size(), std::vector<double>(jacobian.size()));
  for (std::size_t i = 0; i < jacobian.size(); ++i)
    for (std::size_t j = 0; j < jacobian.size(); ++j)
      for (std::size_t k = 0; k < z.size(); ++k) expected[i][j] += jacobian[i][k] * scaled[j][k];
  Matrix products = by_products(ggn);
  Distance error = distance(products, expected);
  EXPECT_GT(error.norm, 0.01);
  EXPECT_LT(error.error, 1e-7 * error.norm);
  EXPECT_LT(distance(products, transposed(products)).error, 1e-12 * error.norm);
}

INSTANTIATE_TEST_SUITE_P(Heads, DenseCurvature,
                         ::testing::Values(HeadKind::dense, HeadKind::soft_moe,
                                           HeadKind::sparse_moe, HeadKind::hard_moe));

}  // namespace
}  // namespace switchyard::test
