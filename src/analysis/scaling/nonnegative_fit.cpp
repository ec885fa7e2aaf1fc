#include "analysis/scaling/nonnegative_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <bit>

namespace switchyard {
namespace {

// A set that is better by less than this share of the values' squares is not better.
constexpr double kNotBetter = 1e-12;

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

Matrix relative_features(const std::vector<FitRow>& rows, std::size_t features) {
  Matrix x(rows.size(), features);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t f = 0; f < features; ++f)
      x(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(f)) =
          rows[r].features[f] / rows[r].value;
  return x;
}

std::vector<unsigned> sets_by_size(std::size_t features) {
  std::vector<unsigned> sets;
  for (unsigned set = 1; set < 1u << features; ++set) sets.push_back(set);
  std::ranges::stable_sort(sets, {}, [](unsigned set) { return std::popcount(set); });
  return sets;
}

// Least squares with the features of a set alone; those of others are 0.
Vector fit_set(const Matrix& x, unsigned set) {
  Matrix chosen(x.rows(), std::popcount(set));
  for (Eigen::Index f = 0, at = 0; f < x.cols(); ++f)
    if (set >> f & 1u) chosen.col(at++) = x.col(f);
  // Features differ by many orders of magnitude.
  Vector scale = chosen.colwise().norm().transpose();
  for (double& s : scale) s = s > 0 ? s : 1;
  const Matrix scaled = chosen * scale.cwiseInverse().asDiagonal();
  const Vector found = scaled.colPivHouseholderQr().solve(Vector::Ones(x.rows()));
  Vector all = Vector::Zero(x.cols());
  for (Eigen::Index f = 0, at = 0; f < x.cols(); ++f)
    if (set >> f & 1u) {
      all(f) = found(at) / scale(at);
      ++at;
    }
  return all;
}

}  // namespace

std::vector<double> nonnegative_fit(const std::vector<FitRow>& rows, std::size_t features) {
  std::vector<double> best(features, 0.0);
  if (rows.empty()) return best;
  const Matrix x = relative_features(rows, features);
  const auto count = static_cast<double>(rows.size());
  double least = count;
  for (unsigned set : sets_by_size(features)) {
    const Vector c = fit_set(x, set);
    if (!(c.array() >= 0).all()) continue;
    const double squares = (x * c - Vector::Ones(x.rows())).squaredNorm();
    if (squares > least - kNotBetter * count) continue;
    least = squares;
    std::copy(c.begin(), c.end(), best.begin());
  }
  return best;
}

}  // namespace switchyard
