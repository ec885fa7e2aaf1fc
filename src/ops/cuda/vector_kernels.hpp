#pragma once
// Kernels on lists of vectors. T: float, double, BFloat16; all arithmetic is done in double.

#include <cuda_runtime.h>

#include "ops/cuda/tensor_list.hpp"

namespace switchyard {

using VectorPairs = TensorList<2>;  ///< a, b
using SgdList = TensorList<3>;      ///< parameter, gradient, momentum
using ConvertList = TensorList<2>;  ///< from, to

/// Backend::convert_all.
template <class From, class To>
void launch_convert_all(const ConvertList& list, cudaStream_t stream);

/// partial[c] = the sum of a_i b_i over chunk c of the list.
template <class T>
void launch_partial_dots(const VectorPairs& pairs, double* partial, cudaStream_t stream);

/// *sum = the sum of partial[0..n), in a fixed order.
void launch_total(const double* partial, std::int64_t n, double* sum, cudaStream_t stream);

/// SgdSpec and SgdScalars; the latter's numbers are read on the device.
struct SgdUpdate {
  double momentum;
  double weight_decay;
  bool nesterov;
  const double* learning_rate;
  const double* gradient_factor;  ///< null: 1
  const double* skip;             ///< null: 0
};

/// Backend::sgd_step.
template <class T>
void launch_sgd_step(const SgdList& list, const SgdUpdate& update, cudaStream_t stream);

}  // namespace switchyard
