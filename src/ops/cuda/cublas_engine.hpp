#pragma once
// Matrix products through cuBLASLt, on the device's stream.
//
// Which algorithm serves a product is asked once and kept, so that later calls only enqueue. Sums
// are made in an order that does not change from run to run. All of it may be captured.

#include <memory>

#include "device/cuda/cuda_device.hpp"
#include "ops/kernel_types.hpp"
#include "ops/precision.hpp"

namespace switchyard {

/// What is done to a product before it is stored: activation(product + bias), or an addition to
/// what is there.
struct GemmEpilogue {
  Tensor bias = {};  ///< (N) in the result's type; undefined: none
  Activation act = Activation::none;
  bool accumulate = false;  ///< without bias and activation
};

class CublasEngine {
 public:
  /// `device` outlives the engine. f32 products are made in TF32 for Precision::tf32 alone.
  CublasEngine(CudaDevice& device, Precision precision);
  ~CublasEngine();

  /// c (M,N) = op(a) op(b) with op(a) (M,K), op(b) (K,N); any size may be 0. The factors share a
  /// type and so does c, but for an f32 c of bf16 factors. Sums are made in f32, those of f64 in
  /// f64.
  void gemm(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb, Tensor& c,
            const GemmEpilogue& epilogue = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace switchyard
