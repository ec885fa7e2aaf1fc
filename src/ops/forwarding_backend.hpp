#pragma once
// A backend that passes every kernel on to another: a base for those that watch or change a few.

#include <utility>

#include "ops/backend.hpp"

namespace switchyard {

class ForwardingBackend : public Backend {
 public:
  /// `inner` must outlive this.
  explicit ForwardingBackend(Backend& inner) : inner_(inner) {}

  std::string_view name() const override { return inner_.name(); }
  Allocator& allocator() override { return inner_.allocator(); }
  Tensor full(Shape shape, DType dtype, double value) override {
    return inner_.full(std::move(shape), dtype, value);
  }
  Tensor convert(const Tensor& x, DType dtype) override { return inner_.convert(x, dtype); }
  std::vector<Tensor> convert_all(std::span<const Tensor> xs, DType dtype) override {
    return inner_.convert_all(xs, dtype);
  }
  void upload(const void* source, Tensor& into) override { inner_.upload(source, into); }
  void to_host(const Tensor& x, void* destination) override { inner_.to_host(x, destination); }
  std::unique_ptr<HostCopy> start_to_host(const Tensor& x) override {
    return inner_.start_to_host(x);
  }
  std::unique_ptr<Program> record(std::function<void()> work) override {
    return inner_.record(std::move(work));
  }
  bool recording() const override { return inner_.recording(); }
  void between(std::function<void()> step) override { inner_.between(std::move(step)); }
  Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) override {
    return inner_.conv2d(x, w, spec);
  }
  Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                           const Shape& x_shape) override {
    return inner_.conv2d_grad_input(dy, w, spec, x_shape);
  }
  Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                            const Shape& w_shape) override {
    return inner_.conv2d_grad_weight(x, dy, spec, w_shape);
  }
  std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                 Conv2dSpec spec, Activation act) override {
    return inner_.prepare_conv2d(w, bias, spec, act);
  }
  Tensor matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) override {
    return inner_.matmul(a, ta, b, tb);
  }
  Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) override {
    return inner_.linear(x, w, bias, act);
  }
  Tensor grouped_linear(const Tensor& x, const Tensor& offsets, std::span<const Tensor> weights,
                        std::span<const Tensor> biases, Activation act) override {
    return inner_.grouped_linear(x, offsets, weights, biases, act);
  }
  Tensor grouped_linear_grad_input(const Tensor& dy, const Tensor& offsets,
                                   std::span<const Tensor> weights) override {
    return inner_.grouped_linear_grad_input(dy, offsets, weights);
  }
  std::vector<Tensor> grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                 const Tensor& offsets) override {
    return inner_.grouped_linear_grad_weight(x, dy, offsets);
  }
  std::vector<Tensor> grouped_linear_grad_bias(const Tensor& dy, const Tensor& offsets) override {
    return inner_.grouped_linear_grad_bias(dy, offsets);
  }
  Tensor binary(BinaryOp op, const Tensor& a, const Tensor& b) override {
    return inner_.binary(op, a, b);
  }
  Tensor scale(const Tensor& x, double factor) override { return inner_.scale(x, factor); }
  void accumulate(Tensor& into, const Tensor& x) override { inner_.accumulate(into, x); }
  void add_scaled(Tensor& into, const Tensor& x, double factor) override {
    inner_.add_scaled(into, x, factor);
  }
  void assign(Tensor& into, const Tensor& x) override { inner_.assign(into, x); }
  Tensor unary(UnaryOp op, int order, const Tensor& x) override {
    return inner_.unary(op, order, x);
  }
  Tensor relu(const Tensor& x) override { return inner_.relu(x); }
  Tensor relu_grad(const Tensor& dy, const Tensor& y) override { return inner_.relu_grad(dy, y); }
  Tensor sum_to(const Tensor& x, const Shape& shape) override { return inner_.sum_to(x, shape); }
  Tensor broadcast_to(const Tensor& x, const Shape& shape) override {
    return inner_.broadcast_to(x, shape);
  }
  Tensor gather_rows(const Tensor& x, const Tensor& index) override {
    return inner_.gather_rows(x, index);
  }
  Tensor scatter_add_rows(const Tensor& x, const Tensor& index, std::int64_t rows) override {
    return inner_.scatter_add_rows(x, index, rows);
  }
  Tensor combine_rows(const Tensor& rows, const Tensor& place, const Tensor& weights) override {
    return inner_.combine_rows(rows, place, weights);
  }
  CombinedGrads combine_rows_grad(const Tensor& dy, const Tensor& rows, const Tensor& place,
                                  const Tensor& weights) override {
    return inner_.combine_rows_grad(dy, rows, place, weights);
  }
  Tensor gather_columns(const Tensor& x, const Tensor& index) override {
    return inner_.gather_columns(x, index);
  }
  Tensor scatter_add_columns(const Tensor& x, const Tensor& index, std::int64_t columns) override {
    return inner_.scatter_add_columns(x, index, columns);
  }
  Tensor concat_columns(std::span<const Tensor> parts) override {
    return inner_.concat_columns(parts);
  }
  Tensor slice_columns(const Tensor& x, std::int64_t begin, std::int64_t end) override {
    return inner_.slice_columns(x, begin, end);
  }
  Tensor row_max(const Tensor& x) override { return inner_.row_max(x); }
  Tensor topk(const Tensor& x, int k) override { return inner_.topk(x, k); }
  Tensor kth_other(const Tensor& x, int k) override { return inner_.kth_other(x, k); }
  TopKRouting route_topk(const TopKInputs& inputs, const TopKSpec& spec) override {
    return inner_.route_topk(inputs, spec);
  }
  TopKInputGrads route_topk_grad(const TopKInputs& inputs, const TopKRouting& routing,
                                 const TopKGrads& grads, const TopKSpec& spec) override {
    return inner_.route_topk_grad(inputs, routing, grads, spec);
  }
  Grouping group_by(const Tensor& groups_of, int groups) override {
    return inner_.group_by(groups_of, groups);
  }
  Tensor routed_keys(const Tensor& sample_ids, const Tensor& chosen, const Tensor& place,
                     int experts) override {
    return inner_.routed_keys(sample_ids, chosen, place, experts);
  }
  Tensor routing_sums(const Tensor& probs, const Tensor& chosen) override {
    return inner_.routing_sums(probs, chosen);
  }
  Tensor count_correct(const Tensor& logits, const Tensor& labels) override {
    return inner_.count_correct(logits, labels);
  }
  Tensor cross_entropy_sum(const Tensor& logits, const Tensor& labels, double smoothing) override {
    return inner_.cross_entropy_sum(logits, labels, smoothing);
  }
  Tensor cross_entropy_sum_grad(const Tensor& dy, const Tensor& logits, const Tensor& labels,
                                double smoothing) override {
    return inner_.cross_entropy_sum_grad(dy, logits, labels, smoothing);
  }
  Tensor squared_cv(const Tensor& x, double eps) override { return inner_.squared_cv(x, eps); }
  Tensor squared_cv_grad(const Tensor& dy, const Tensor& x, double eps) override {
    return inner_.squared_cv_grad(dy, x, eps);
  }
  Tensor not_finite(const Tensor& x) override { return inner_.not_finite(x); }
  Tensor global_avg_pool(const Tensor& x) override { return inner_.global_avg_pool(x); }
  Tensor global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) override {
    return inner_.global_avg_pool_grad(dy, x_shape, x_dtype);
  }
  Tensor batch_norm_sums(const Tensor& x) override { return inner_.batch_norm_sums(x); }
  BatchStatistics batch_norm_statistics(const Tensor& sums, double eps,
                                        const RunningStatistics* running) override {
    return inner_.batch_norm_statistics(sums, eps, running);
  }
  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override {
    return inner_.batch_norm_apply(x, moments, gamma, beta, residual, act);
  }
  BatchNormGradSums batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                                         const BatchMoments& moments) override {
    return inner_.batch_norm_grad_sums(dy, y, x, moments);
  }
  BatchNormGradSums batch_norm_grad_sums_tangent(const Tensor& dy, const Tensor& tdy,
                                                 const Tensor& y, const Tensor& x, const Tensor& tx,
                                                 const BatchMoments& moments) override {
    return inner_.batch_norm_grad_sums_tangent(dy, tdy, y, x, tx, moments);
  }
  BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                const BatchMoments& moments, const Tensor& gamma,
                                const Tensor& sums, const Tensor& count,
                                bool want_residual) override {
    return inner_.batch_norm_grad(dy, y, x, moments, gamma, sums, count, want_residual);
  }
  Tensor channel_affine(const ChannelSum& sum) override { return inner_.channel_affine(sum); }
  Tensor random_normal(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                       DType dtype) override {
    return inner_.random_normal(key, sample_ids, columns, dtype);
  }
  Tensor dropout_mask(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                      std::int64_t first_column, double p, DType dtype) override {
    return inner_.dropout_mask(key, sample_ids, columns, first_column, p, dtype);
  }
  Tensor make_images(const Tensor& pixels, const Tensor& sample_ids, const Tensor& epoch,
                     const ImageSpec& spec, DType dtype) override {
    return inner_.make_images(pixels, sample_ids, epoch, spec, dtype);
  }
  Tensor look_up(const Tensor& labels, const Tensor& sample_ids) override {
    return inner_.look_up(labels, sample_ids);
  }
  Tensor dots(std::span<const Tensor> a, std::span<const Tensor> b) override {
    return inner_.dots(a, b);
  }
  void sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                const SgdScalars& scalars) override {
    inner_.sgd_step(slots, spec, scalars);
  }

 protected:
  Backend& inner() { return inner_; }

 private:
  Backend& inner_;
};

}  // namespace switchyard
