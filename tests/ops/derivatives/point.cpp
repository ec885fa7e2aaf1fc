#include "ops/derivatives/point.hpp"

#include <cmath>

namespace switchyard::test {

Tensor to_tensor(Backend& backend, const std::vector<double>& block, const Shape& shape) {
  if (block.empty() && count_elements(shape) > 0) return {};
  return backend.from_host(block.data(), shape, DType::f64);
}

std::vector<double> to_block(Backend& backend, const Tensor& x) {
  if (!x) return {};
  std::vector<double> block(static_cast<std::size_t>(x.numel()));
  backend.to_host(x, block.data());
  return block;
}

Point to_point(Backend& backend, const std::vector<Tensor>& tensors) {
  Point point;
  for (auto& t : tensors) point.push_back(to_block(backend, t));
  return point;
}

Point moved(Point x, double h, const Point& v) {
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (x[i].empty()) x[i].resize(v[i].size());
    for (std::size_t j = 0; j < v[i].size(); ++j) x[i][j] += h * v[i][j];
  }
  return x;
}

double dot(const Ranks& ranks, const Point& a, const Point& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].empty() || b[i].empty()) continue;
    for (std::size_t j = 0; j < a[i].size(); ++j) sum += a[i][j] * b[i][j];
  }
  return ranks.sum(sum);
}

double norm(const Ranks& ranks, const Point& a) {
  return std::sqrt(dot(ranks, a, a));
}

double error(const Ranks& ranks, const Point& a, const Point& b) {
  double length = norm(ranks, b);
  return norm(ranks, moved(a, -1.0, b)) / (1.0 + length);
}

}  // namespace switchyard::test
