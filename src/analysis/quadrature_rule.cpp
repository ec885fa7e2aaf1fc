#include "analysis/quadrature_rule.hpp"

#include <cmath>
#include <utility>

#include "analysis/tridiagonal.hpp"

namespace switchyard {
namespace {

double integrate_power(const QuadratureRule& rule, int power) {
  double integral = 0;
  for (std::size_t i = 0; i < rule.nodes.size(); ++i)
    integral += rule.weights[i] * std::pow(rule.nodes[i], power);
  return integral;
}

}  // namespace

QuadratureRule gauss_rule(std::span<const double> diagonal, std::span<const double> off_diagonal) {
  TridiagonalEigen eigen = tridiagonal_eigen(diagonal, off_diagonal);
  QuadratureRule rule;
  for (std::size_t i = 0; i < diagonal.size(); ++i)
    rule.weights.push_back(std::pow(eigen.vector(i).front(), 2));
  rule.nodes = std::move(eigen.values);
  return rule;
}

std::vector<SampleMean> spectral_moments(std::span<const QuadratureRule> rules, int highest) {
  std::vector<SampleMean> moments;
  for (int power = 1; power <= highest; ++power) {
    std::vector<double> samples;
    for (const QuadratureRule& rule : rules) samples.push_back(integrate_power(rule, power));
    moments.push_back(sample_mean(samples));
  }
  return moments;
}

}  // namespace switchyard
