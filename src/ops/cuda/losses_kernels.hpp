#pragma once
// Launches of losses. T is float or double; sums are double, in a fixed order.

#include <cuda_runtime.h>

#include <cstdint>

namespace switchyard {

/// The distribution that a row of logits should have: `uniform` everywhere, and `hit` more at its
/// label.
struct SmoothedLabels {
  const std::int32_t* labels;
  std::int64_t rows;
  int classes;
  double hit;
  double uniform;
};

/// sum (1), of the cross-entropy of logits (rows, classes).
template <class T>
void launch_cross_entropy_sum(cudaStream_t stream, const T* logits, const SmoothedLabels& labels,
                              T* sum);

/// dx (rows, classes), where dy is the gradient by that sum.
template <class T>
void launch_cross_entropy_sum_grad(cudaStream_t stream, const T* dy, const T* logits,
                                   const SmoothedLabels& labels, T* dx);

/// y (1) = variance / (mean + eps)^2 of x (n), n > 0.
template <class T>
void launch_squared_cv(cudaStream_t stream, const T* x, std::int64_t n, double eps, T* y);

/// dx (n), where dy is the gradient by that y.
template <class T>
void launch_squared_cv_grad(cudaStream_t stream, const T* dy, const T* x, std::int64_t n,
                            double eps, T* dx);

/// flag (1) = 1 where x (1) is not finite, else 0.
template <class T>
void launch_not_finite(cudaStream_t stream, const T* x, double* flag);

}  // namespace switchyard
