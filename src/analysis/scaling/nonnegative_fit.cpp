#include "analysis/scaling/nonnegative_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <bit>

namespace switchyard {
namespace {

// A set that is better by less than this share of the values' squares is not better.
constexpr double kNotBetter = 1e-12;
constexpr int kRounds = 50;
constexpr double kConverged = 1e-12;

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

Matrix features_of(const std::vector<FitRow>& rows, std::size_t features) {
  Matrix x(rows.size(), features);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t f = 0; f < features; ++f)
      x(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(f)) = rows[r].features[f];
  return x;
}

Vector values_of(const std::vector<FitRow>& rows) {
  Vector y(rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) y(static_cast<Eigen::Index>(r)) = rows[r].value;
  return y;
}

std::vector<unsigned> sets_by_size(std::size_t features) {
  std::vector<unsigned> sets;
  for (unsigned set = 1; set < 1u << features; ++set) sets.push_back(set);
  std::ranges::stable_sort(sets, {}, [](unsigned set) { return std::popcount(set); });
  return sets;
}

// Least squares with the features of a set alone; those of others are 0.
Vector fit_set(const Matrix& x, const Vector& y, unsigned set) {
  Matrix chosen(x.rows(), std::popcount(set));
  for (Eigen::Index f = 0, at = 0; f < x.cols(); ++f)
    if (set >> f & 1u) chosen.col(at++) = x.col(f);
  // Features differ by many orders of magnitude.
  Vector scale = chosen.colwise().norm().transpose();
  for (double& s : scale) s = s > 0 ? s : 1;
  const Matrix scaled = chosen * scale.cwiseInverse().asDiagonal();
  const Vector found = scaled.colPivHouseholderQr().solve(y);
  Vector all = Vector::Zero(x.cols());
  for (Eigen::Index f = 0, at = 0; f < x.cols(); ++f)
    if (set >> f & 1u) {
      all(f) = found(at) / scale(at);
      ++at;
    }
  return all;
}

Vector fit_nonnegative(const Matrix& x, const Vector& y) {
  Vector best = Vector::Zero(x.cols());
  double least = y.squaredNorm();
  const double no_better = kNotBetter * least;
  for (unsigned set : sets_by_size(static_cast<std::size_t>(x.cols()))) {
    const Vector c = fit_set(x, y, set);
    if (!(c.array() >= 0).all()) continue;
    const double squares = (x * c - y).squaredNorm();
    if (squares > least - no_better) continue;
    least = squares;
    best = c;
  }
  return best;
}

}  // namespace

std::vector<double> nonnegative_fit(const std::vector<FitRow>& rows, std::size_t features,
                                    ErrorScale scale) {
  if (rows.empty()) return std::vector<double>(features, 0.0);
  const Matrix x = features_of(rows, features);
  const Vector y = values_of(rows);
  Vector expected = y, c;
  const int rounds = scale == ErrorScale::value ? 1 : kRounds;
  for (int round = 0; round < rounds; ++round) {
    const Vector weights = expected.cwiseInverse();
    c = fit_nonnegative(weights.asDiagonal() * x, weights.asDiagonal() * y);
    const Vector now = x * c;
    if (!(now.array() > 0).all() || now.isApprox(expected, kConverged)) break;
    expected = now;
  }
  return {c.begin(), c.end()};
}

}  // namespace switchyard
