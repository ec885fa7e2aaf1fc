#pragma once
// How alike experts are.

#include <span>
#include <vector>

#include "parallel/distributed_classifier.hpp"

namespace switchyard {

/// Cosines from products (n,n) of vectors with each other, row by row; 0 beside a vector of zeros.
std::vector<double> cosines(std::span<const double> products, int n);

/// (E,E) cosines of the experts' parameters, all tensors of an expert as one vector. That hidden
/// units could come in any other order is not undone. Collective; every rank gets it.
std::vector<double> parameter_cosines(DistributedClassifier& classifier);

}  // namespace switchyard
