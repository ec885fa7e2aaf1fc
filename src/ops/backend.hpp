#pragma once
// Every kernel, declared once: raw arithmetic on tensors, no derivatives.
//
// `ref` computes in the words of the formula and is the oracle; the other backends override what
// is worth overriding and are checked against it. Kernels return fresh tensors from allocator();
// the few that update in place take the tensor as `Tensor&`. Floating-point arguments of one call
// share one type (f32, f64, and bf16 where the backend has it) and so does the result, unless
// stated. With bf16 activations, parameters of a normalisation, statistics and sums stay in f32 or
// f64. Any dimension may be 0.
//
// On a GPU kernels only enqueue work; the few that wait for it say "blocking". Scalars that change
// from step to step (learning rate, step number) are tensors of one element, so that a recorded
// Program sees their value of the day.
//
// Images are (N,H,W,C); convolution weights are (O,KH,KW,I); a matrix is (rows, columns).
// Derivative notation: x value, dx gradient of the loss by x, tx tangent of x.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/config/field.hpp"
#include "device/enqueued.hpp"
#include "ops/kernel_types.hpp"

namespace switchyard {

class Recorder;

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

  /// Notes where the time of what is computed here goes; null where nobody does. All that compute
  /// have a backend, so this is where they find it.
  Recorder* recorder() const { return recorder_; }
  /// `recorder` must outlive all work that follows.
  void set_recorder(Recorder* recorder) { recorder_ = recorder; }

  Tensor empty(Shape shape, DType dtype) { return Tensor(allocator(), std::move(shape), dtype); }
  Tensor zeros(Shape shape, DType dtype) { return full(std::move(shape), dtype, 0.0); }
  virtual Tensor full(Shape shape, DType dtype, double value) = 0;
  /// A copy with elements converted to `dtype`.
  virtual Tensor convert(const Tensor& x, DType dtype) = 0;
  /// That of each of several tensors of one type.
  virtual std::vector<Tensor> convert_all(std::span<const Tensor> xs, DType dtype);
  /// Device memory of raw host bytes; `source` may go as soon as the call returns.
  Tensor from_host(const void* source, Shape shape, DType dtype);
  /// The same into memory that exists.
  virtual void upload(const void* source, Tensor& into) = 0;
  /// Back to the host. Blocking.
  virtual void to_host(const Tensor& x, void* destination) = 0;
  /// The same without waiting yet.
  virtual std::unique_ptr<HostCopy> start_to_host(const Tensor& x);
  /// Records the kernels that `work` enqueues, without running them. The program owns the memory
  /// that `work` allocated; tensors it left behind hold their values after each run. `work` must
  /// not block but in steps between kernels, and must have run once just before by itself. Where a
  /// backend records nothing, a run is a call of `work`.
  virtual std::unique_ptr<Program> record(std::function<void()> work);
  /// True while record() calls its work without running it.
  virtual bool recording() const { return false; }
  /// A step of the host between the kernels before and after it: called now or, where recording(),
  /// on each run of the program, when those before it are enqueued. It may block.
  virtual void between(std::function<void()> step) { step(); }

  // -- exchanges between ranks, by those that make them ----------------------------------------
  /// True while what depends on values alone is kept from pass to pass: tangents then travel
  /// without their values.
  virtual bool keeps_values() const { return false; }
  /// What arrives when `exchange` sends x, which is known to be a value: all that it depends on, on
  /// all ranks, may be kept, and then so may be the result. All ranks call alike.
  virtual Tensor exchange_values(const Tensor& x, const std::function<Tensor()>& exchange);
  /// Runs `exchange` in every pass; what it makes and what arrives are no values. Of values it
  /// reads `x` alone, which may be undefined.
  virtual void exchange_anew(const Tensor& x, const std::function<void()>& exchange);

  // -- convolution ---------------------------------------------------------------------------
  /// y (N,OH,OW,O), zero padding, OH = (H + 2 padding - KH) / stride + 1.
  virtual Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) = 0;
  virtual Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                                   const Shape& x_shape) = 0;
  virtual Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                                    const Shape& w_shape) = 0;
  /// `bias` is (O), f32 where w and x are bf16. The tensors are copied or kept: later changes to
  /// them are not seen.
  virtual std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                         Conv2dSpec spec, Activation act) = 0;

  // -- matrices ------------------------------------------------------------------------------
  /// op(a) op(b).
  virtual Tensor matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) = 0;
  /// x (R,I), w (O,I), bias (O) or undefined -> activation(x w^T + bias).
  virtual Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias,
                        Activation act = Activation::none) = 0;
  /// Group g holds rows [offsets[g], offsets[g+1]) of x, offsets (G+1) i64 from 0 to R at most, and
  /// has its own (O,I) weight and bias; a group may be empty. `biases` may be empty. Rows behind
  /// the last group's count for nothing, and those of a result hold anything.
  virtual Tensor grouped_linear(const Tensor& x, const Tensor& offsets,
                                std::span<const Tensor> weights, std::span<const Tensor> biases,
                                Activation act = Activation::none);
  virtual Tensor grouped_linear_grad_input(const Tensor& dy, const Tensor& offsets,
                                           std::span<const Tensor> weights);
  /// One (O,I) a group; zeros for an empty group.
  virtual std::vector<Tensor> grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                         const Tensor& offsets);
  /// One (O) a group: the sum of the group's rows.
  virtual std::vector<Tensor> grouped_linear_grad_bias(const Tensor& dy, const Tensor& offsets);

  // -- elementwise ---------------------------------------------------------------------------
  /// NumPy broadcasting.
  virtual Tensor binary(BinaryOp op, const Tensor& a, const Tensor& b) = 0;
  virtual Tensor scale(const Tensor& x, double factor) = 0;
  /// into += x, same shape.
  virtual void accumulate(Tensor& into, const Tensor& x) = 0;
  /// into += factor x, same shape and type.
  virtual void add_scaled(Tensor& into, const Tensor& x, double factor) = 0;
  /// into = x, same shape and type.
  virtual void assign(Tensor& into, const Tensor& x) = 0;
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
  /// rows (R,C), place (B k) i32, weights (B,k) -> (B,C): y[b] = sum_j weights[b,j]
  /// rows[place[b k + j]]. No two places name the same row; a negative one names none, as if that
  /// were zeros. Rows that no place names may hold anything.
  virtual Tensor combine_rows(const Tensor& rows, const Tensor& place, const Tensor& weights) = 0;
  /// Zeros for rows that no place names, and for weights whose place names none.
  virtual CombinedGrads combine_rows_grad(const Tensor& dy, const Tensor& rows, const Tensor& place,
                                          const Tensor& weights) = 0;
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
  /// (B,E) i32: in place e the column of the k-th largest entry of the row other than its e-th,
  /// k < E.
  virtual Tensor kth_other(const Tensor& x, int k) = 0;

  // -- routing -------------------------------------------------------------------------------
  /// A sparse router after its linear layers, in one kernel, and its derivative. `chosen` is
  /// constant to differentiation.
  virtual TopKRouting route_topk(const TopKInputs& inputs, const TopKSpec& spec) = 0;
  virtual TopKInputGrads route_topk_grad(const TopKInputs& inputs, const TopKRouting& routing,
                                         const TopKGrads& grads, const TopKSpec& spec) = 0;
  /// `groups_of` (B,k) i32 in [0, groups).
  virtual Grouping group_by(const Tensor& groups_of, int groups) = 0;
  /// (B k) i64: for each element of chosen (B,k) i32, sample_ids[row] experts + chosen, at its
  /// `place`.
  virtual Tensor routed_keys(const Tensor& sample_ids, const Tensor& chosen, const Tensor& place,
                             int experts) = 0;
  /// f64 (1 + 2E): sum over rows of -sum p log p (nats, 0 log 0 = 0), sums of probs (B,E) by
  /// expert, and how many entries of chosen (B,k) i32 name each expert (B each if undefined).
  virtual Tensor routing_sums(const Tensor& probs, const Tensor& chosen) = 0;
  /// f64 (1): rows of logits (B,C) whose first largest entry is in column labels[b], (B) i32.
  virtual Tensor count_correct(const Tensor& logits, const Tensor& labels) = 0;

  // -- losses --------------------------------------------------------------------------------
  /// (1): the sum over rows of the cross-entropy of logits (B,C), C > 0, and labels (B,1) i32 in
  /// [0, C): target (1 - smoothing) onehot + smoothing / C.
  virtual Tensor cross_entropy_sum(const Tensor& logits, const Tensor& labels,
                                   double smoothing) = 0;
  /// dy (1) -> (B,C).
  virtual Tensor cross_entropy_sum_grad(const Tensor& dy, const Tensor& logits,
                                        const Tensor& labels, double smoothing) = 0;
  /// (1): variance / (mean + eps)^2 of the entries of x (E), E > 0; the variance is biased.
  virtual Tensor squared_cv(const Tensor& x, double eps) = 0;
  /// dy (1) -> (E).
  virtual Tensor squared_cv_grad(const Tensor& dy, const Tensor& x, double eps) = 0;
  /// f64 (1): 1 where x (1) is not finite, else 0.
  virtual Tensor not_finite(const Tensor& x) = 0;

  // -- pooling -------------------------------------------------------------------------------
  /// (N,H,W,C) -> (N,C), the mean over H and W; f32 for bf16 x.
  virtual Tensor global_avg_pool(const Tensor& x) = 0;
  /// `x_dtype`: that of x, and so of the result.
  virtual Tensor global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) = 0;

  // -- batch normalisation over the last dimension; (M,C) is any tensor seen as a matrix ------
  // gamma and beta are f32 where x is bf16.
  /// f64 (1, 2C+1): sums of x, sums of x^2 over the rows, and the number of rows.
  virtual Tensor batch_norm_sums(const Tensor& x) = 0;
  /// Of such sums over all rows that are normalised together. No rows: mean and variance 0. The
  /// batch joins `running`, which may be null.
  virtual BatchStatistics batch_norm_statistics(const Tensor& sums, double eps,
                                                const RunningStatistics* running) = 0;
  /// activation((x - mean) inv_std gamma + beta + residual); `residual` may be undefined.
  virtual Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                                  const Tensor& beta, const Tensor& residual, Activation act) = 0;
  struct BatchNormGradSums {
    Tensor sums;    ///< f64 (2,C): with g = dy masked by y > 0, sum of g and sum of g xhat
    Tensor dgamma;  ///< (C), in gamma's type: what these rows add to it; so is dbeta
    Tensor dbeta;
  };
  /// y undefined: no activation.
  virtual BatchNormGradSums batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                                                 const BatchMoments& moments) = 0;
  /// The tangents of these along (tdy, tx), at fixed moments: sums of tg, and of
  /// tg xhat + g tx inv_std, both masked by y > 0.
  virtual BatchNormGradSums batch_norm_grad_sums_tangent(const Tensor& dy, const Tensor& tdy,
                                                         const Tensor& y, const Tensor& x,
                                                         const Tensor& tx,
                                                         const BatchMoments& moments) = 0;
  struct BatchNormGrad {
    Tensor dx;
    Tensor dresidual;  ///< g; undefined unless asked for
  };
  /// dx = gamma inv_std (g - sums[0]/count - xhat sums[1]/count); `sums` and `count` are those of
  /// all rows that were normalised together (Ioffe & Szegedy 2015); count (1) f64.
  virtual BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                        const BatchMoments& moments, const Tensor& gamma,
                                        const Tensor& sums, const Tensor& count,
                                        bool want_residual) = 0;

  /// first + second + offset + addend under the mask: with fixed moments, the tangents of
  /// batch_norm_apply, its gradient by x and the tangents of that.
  virtual Tensor channel_affine(const ChannelSum& sum) = 0;

  // -- random numbers keyed by sample: row r uses (key, sample_ids[r], column) ----------------
  /// (R, columns) standard normal; sample_ids (R) i64.
  virtual Tensor random_normal(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                               DType dtype) = 0;
  /// (R, columns): 0 with probability p, else 1 / (1 - p). `first_column` shifts the key, so that
  /// several masks of one row differ.
  virtual Tensor dropout_mask(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                              std::int64_t first_column, double p, DType dtype) = 0;

  // -- batches of a data set that lies in this memory ------------------------------------------
  /// pixels (N,H,W,3) u8, sample_ids (n) i64 in [0, N), epoch (1) i64 -> (n,H,W,3), augmented by
  /// numbers keyed by (seed, epoch, sample), then normalised.
  virtual Tensor make_images(const Tensor& pixels, const Tensor& sample_ids, const Tensor& epoch,
                             const ImageSpec& spec, DType dtype) = 0;
  /// labels (N) i32, sample_ids (n) i64 -> (n) i32.
  virtual Tensor look_up(const Tensor& labels, const Tensor& sample_ids) = 0;

  // -- vectors -------------------------------------------------------------------------------
  /// f64 (1): the sum of a_i b_i over all elements of all pairs, accumulated in double in a fixed
  /// order.
  virtual Tensor dots(std::span<const Tensor> a, std::span<const Tensor> b) = 0;
  /// That of one pair. Blocking.
  double dot(const Tensor& a, const Tensor& b);
  /// PyTorch's SGD on all slots: d = factor g + wd p; m = momentum m + d;
  /// p -= lr (nesterov ? d + momentum m : m).
  virtual void sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                        const SgdScalars& scalars) = 0;

 private:
  Recorder* recorder_ = nullptr;
};

enum class BackendKind { ref, cpu };

/// The backends on host memory; machine/ adds the one on a CUDA device.
std::unique_ptr<Backend> make_backend(BackendKind kind);

}  // namespace switchyard
