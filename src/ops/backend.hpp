#pragma once
// Every kernel, declared once: raw arithmetic on tensors, no derivatives.
//
// `ref` computes in the words of the formula and is the oracle; the other backends override what
// is worth overriding and are checked against it. Kernels return fresh tensors from allocator();
// the few that update in place take the tensor as `Tensor&`. Floating-point arguments of one call
// share one type (f32 or f64) and so does the result, unless stated. Any dimension may be 0.
//
// Images are (N,H,W,C); convolution weights are (O,KH,KW,I); a matrix is (rows, columns).
// Derivative notation: x value, dx gradient of the loss by x, tx tangent of x.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/config/field.hpp"
#include "base/random.hpp"
#include "device/tensor.hpp"

namespace switchyard {

struct Conv2dSpec {
  int stride = 1;
  int padding = 0;
  bool operator==(const Conv2dSpec&) const = default;
};

enum class Transpose { no, yes };
enum class BinaryOp { add, sub, mul };
enum class Activation { none, relu };

/// Elementwise functions of one variable, with their first two derivatives.
enum class UnaryOp {
  exp,
  log,
  reciprocal,
  square,
  sqrt,      ///< derivatives at 0 are 0, as PyTorch's std() has it
  softplus,  ///< log(1 + e^x)
  sigmoid,
  normal_cdf,  ///< Phi, the standard normal distribution function
};

/// Statistics a normalised batch was, or is to be, normalised with. All (C) f64.
struct BatchMoments {
  Tensor mean;
  Tensor inv_std;  ///< 1 / sqrt(biased variance + eps)
};

struct SgdSpec {
  double learning_rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 0.0;
  bool nesterov = false;
};

/// A convolution with fixed weights, for inference: weights are packed once, then
/// y = activation(conv2d(x, w) + bias + residual). `residual` may be undefined.
class PreparedConv2d {
 public:
  virtual ~PreparedConv2d() = default;
  virtual Tensor run(const Tensor& x, const Tensor& residual) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;
  virtual Allocator& allocator() = 0;

  Tensor empty(Shape shape, DType dtype) { return Tensor(allocator(), std::move(shape), dtype); }
  Tensor zeros(Shape shape, DType dtype) { return full(std::move(shape), dtype, 0.0); }
  virtual Tensor full(Shape shape, DType dtype, double value) = 0;
  /// A copy with elements converted to `dtype`.
  virtual Tensor convert(const Tensor& x, DType dtype) = 0;
  /// Device memory of raw host bytes, and back. Blocking.
  virtual Tensor from_host(const void* source, Shape shape, DType dtype) = 0;
  virtual void to_host(const Tensor& x, void* destination) = 0;

  // -- convolution ---------------------------------------------------------------------------
  /// y (N,OH,OW,O), zero padding, OH = (H + 2 padding - KH) / stride + 1.
  virtual Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) = 0;
  virtual Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                                   const Shape& x_shape) = 0;
  virtual Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                                    const Shape& w_shape) = 0;
  /// `bias` is (O). The tensors are copied or kept: later changes to them are not seen.
  virtual std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                         Conv2dSpec spec, Activation act) = 0;

  // -- matrices ------------------------------------------------------------------------------
  /// op(a) op(b).
  virtual Tensor matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) = 0;
  /// x (R,I), w (O,I), bias (O) or undefined -> x w^T + bias.
  virtual Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias) = 0;
  /// Group g holds rows [offsets[g], offsets[g+1]) of x and has its own (O,I) weight and bias;
  /// a group may be empty. `biases` may be empty.
  virtual Tensor grouped_linear(const Tensor& x, std::span<const std::int64_t> offsets,
                                std::span<const Tensor> weights, std::span<const Tensor> biases);
  virtual Tensor grouped_linear_grad_input(const Tensor& dy, std::span<const std::int64_t> offsets,
                                           std::span<const Tensor> weights);
  /// One (O,I) a group; zeros for an empty group.
  virtual std::vector<Tensor> grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                         std::span<const std::int64_t> offsets);
  /// One (O) a group: the sum of the group's rows.
  virtual std::vector<Tensor> grouped_linear_grad_bias(const Tensor& dy,
                                                       std::span<const std::int64_t> offsets);

  // -- elementwise ---------------------------------------------------------------------------
  /// NumPy broadcasting.
  virtual Tensor binary(BinaryOp op, const Tensor& a, const Tensor& b) = 0;
  virtual Tensor scale(const Tensor& x, double factor) = 0;
  /// into += x, same shape.
  virtual void accumulate(Tensor& into, const Tensor& x) = 0;
  /// The order-th derivative (0, 1 or 2) of op at x.
  virtual Tensor unary(UnaryOp op, int order, const Tensor& x) = 0;
  virtual Tensor relu(const Tensor& x) = 0;
  /// dy where y > 0, else 0.
  virtual Tensor relu_grad(const Tensor& dy, const Tensor& y) = 0;
  /// Sums x over the dimensions along which `shape` would be broadcast to x's shape.
  virtual Tensor sum_to(const Tensor& x, const Shape& shape) = 0;
  virtual Tensor broadcast_to(const Tensor& x, const Shape& shape) = 0;

  // -- rows and columns ----------------------------------------------------------------------
  /// y[r] = x[index[r]]; index (R) i32, a negative one gives a row of zeros.
  virtual Tensor gather_rows(const Tensor& x, const Tensor& index) = 0;
  /// y (rows, ...): y[index[r]] += x[r] in ascending r; negative indices are skipped.
  virtual Tensor scatter_add_rows(const Tensor& x, const Tensor& index, std::int64_t rows) = 0;
  /// x (B,C), index (B,k) i32 -> y[b,j] = x[b, index[b,j]].
  virtual Tensor gather_columns(const Tensor& x, const Tensor& index) = 0;
  /// y (B,columns): y[b, index[b,j]] += x[b,j], zero elsewhere.
  virtual Tensor scatter_add_columns(const Tensor& x, const Tensor& index,
                                     std::int64_t columns) = 0;
  /// Matrices of equal row count, side by side; and columns [begin, end) of one.
  virtual Tensor concat_columns(std::span<const Tensor> parts) = 0;
  virtual Tensor slice_columns(const Tensor& x, std::int64_t begin, std::int64_t end) = 0;
  /// (B,1): the largest entry of each row.
  virtual Tensor row_max(const Tensor& x) = 0;
  /// (B,k) i32: columns of the k largest entries in descending order; of equals the lower column
  /// first.
  virtual Tensor topk(const Tensor& x, int k) = 0;

  // -- pooling -------------------------------------------------------------------------------
  /// (N,H,W,C) -> (N,C), the mean over H and W.
  virtual Tensor global_avg_pool(const Tensor& x) = 0;
  virtual Tensor global_avg_pool_grad(const Tensor& dy, const Shape& x_shape) = 0;

  // -- batch normalisation over the last dimension; (M,C) is any tensor seen as a matrix ------
  /// f64 (2,C): sum of x and sum of x^2 over the rows.
  virtual Tensor batch_norm_sums(const Tensor& x) = 0;
  /// activation((x - mean) inv_std gamma + beta + residual); `residual` may be undefined.
  virtual Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                                  const Tensor& beta, const Tensor& residual, Activation act) = 0;
  /// With g = dy masked by y > 0 (y undefined: no activation), f64 (2,C): sum of g and sum of
  /// g xhat.
  virtual Tensor batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                                      const BatchMoments& moments) = 0;
  struct BatchNormGrad {
    Tensor dx;
    Tensor dresidual;  ///< g; undefined unless asked for
  };
  /// dx = gamma inv_std (g - sums[0]/count - xhat sums[1]/count); `sums` and `count` are those of
  /// all rows that were normalised together (Ioffe & Szegedy 2015).
  virtual BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                        const BatchMoments& moments, const Tensor& gamma,
                                        const Tensor& sums, double count, bool want_residual) = 0;

  // -- random numbers keyed by sample: row r uses (stream, sample_ids[r], column) -------------
  /// (R, columns) standard normal; sample_ids (R) i64.
  virtual Tensor random_normal(const RandomStream& stream, const Tensor& sample_ids,
                               std::int64_t columns, DType dtype) = 0;
  /// (R, columns): 0 with probability p, else 1 / (1 - p). `first_column` shifts the key, so that
  /// several masks of one row differ.
  virtual Tensor dropout_mask(const RandomStream& stream, const Tensor& sample_ids,
                              std::int64_t columns, std::int64_t first_column, double p,
                              DType dtype) = 0;

  // -- vectors -------------------------------------------------------------------------------
  /// Sum of a b over all elements, accumulated in double in a fixed order. Blocking.
  virtual double dot(const Tensor& a, const Tensor& b) = 0;
  /// PyTorch's SGD: d = g + wd p; m = momentum m + d; p -= lr (nesterov ? d + momentum m : m).
  virtual void sgd_step(Tensor& p, const Tensor& g, Tensor& m, const SgdSpec& spec) = 0;
};

enum class BackendKind { ref, cpu };
inline constexpr Choice<BackendKind> backend_choices[] = {{BackendKind::cpu, "cpu"},
                                                          {BackendKind::ref, "ref"}};

/// The one place where backends are listed.
std::unique_ptr<Backend> make_backend(BackendKind kind);

}  // namespace switchyard
