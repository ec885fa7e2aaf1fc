#pragma once
// Tiny classifiers in double and batches for them, the same whatever the grid.

#include <map>
#include <memory>

#include "data/batch.hpp"
#include "parallel/distributed_classifier.hpp"
#include "parallel/sharded_vector.hpp"

namespace switchyard::test {

/// Width 1, four classes, and experts of three hidden units; all kinds of gate noise and dropout
/// are on.
ModelConfig tiny_config(HeadKind head, int experts = 5);

/// A classifier whose parameters all differ from zero (batch norm's too, so that no pre-activation
/// lies on the kink of ReLU) and whose running statistics have seen a batch. Collective.
std::unique_ptr<DistributedClassifier> tiny_classifier(Backend& backend, Communicator& world,
                                                       const ModelConfig& config, int ep = 0,
                                                       NormSync norm = NormSync::sync);

/// Samples [first, last) of `global_size` random images (size, size, 3) with labels of 4 classes.
Batch tiny_batch(Backend& backend, std::int64_t first, std::int64_t last, std::int64_t global_size,
                 std::int64_t size = 8);
/// This rank's share of such a batch: rank 0 gets the most, and rank 1 of three and more none.
Batch tiny_share(Backend& backend, Communicator& world, std::int64_t global_size,
                 std::int64_t size = 8);

/// A vector of the space of the parameters, this rank's part.
using ModelVector = std::map<const Parameter*, Tensor>;

/// Standard normal numbers, a pure function of (number, parameter's name, index).
ModelVector random_vector(ModelState& state, int number);

inline VectorPart part_of(const ModelVector& v) {
  return [&v](const Parameter& p) -> const Tensor& { return v.at(&p); };
}

/// Every parameter += factor v.
void move_parameters(ModelState& state, double factor, const ModelVector& v);

/// |a - b| / |b|, over the elements of two host tensors of one shape.
double relative_error(Backend& backend, const Tensor& a, const Tensor& b);

}  // namespace switchyard::test
