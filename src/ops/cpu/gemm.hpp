#pragma once
// OpenBLAS's matrix product on dense row-major matrices.

#include <cstdint>

#include "ops/backend.hpp"

namespace switchyard {

struct GemmSizes {
  std::int64_t m, n, k;
};

/// c (m,n) = op(a) op(b) + beta c, with op(a) (m,k) and op(b) (k,n). Any size may be 0; beta is 0
/// (c need not be initialised) or 1. T is float or double.
template <class T>
void gemm(const GemmSizes& sizes, const T* a, Transpose ta, const T* b, Transpose tb, T beta, T* c);

}  // namespace switchyard
