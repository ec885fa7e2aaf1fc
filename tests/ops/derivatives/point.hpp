#pragma once
// Vectors of the space that a function is differentiated in, on the host in double.

#include <functional>
#include <vector>

#include "ops/backend.hpp"

namespace switchyard::test {

/// One block of numbers an input (or output). An empty block is zero, and becomes an undefined
/// tensor.
using Point = std::vector<std::vector<double>>;

/// The ranks a vector is spread over: each holds a part of its own. One rank by default.
struct Ranks {
  int rank = 0;
  int size = 1;
  std::function<double(double)> sum = [](double x) { return x; };
};

/// f64, undefined for an empty block of a shape that has elements.
Tensor to_tensor(Backend& backend, const std::vector<double>& block, const Shape& shape);
/// The elements; none of an undefined tensor.
std::vector<double> to_block(Backend& backend, const Tensor& x);
Point to_point(Backend& backend, const std::vector<Tensor>& tensors);

/// x + h v.
Point moved(Point x, double h, const Point& v);
/// Over all ranks.
double dot(const Ranks& ranks, const Point& a, const Point& b);
double norm(const Ranks& ranks, const Point& a);
/// |a - b| / (1 + |b|), over all ranks: relative for long vectors, absolute for short ones.
double error(const Ranks& ranks, const Point& a, const Point& b);

}  // namespace switchyard::test
