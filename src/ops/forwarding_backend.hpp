#pragma once
// Backends that stand before another: bases for those that watch or change kernel calls.

#include <string_view>
#include <type_traits>
#include <utility>

#include "ops/backend.hpp"

namespace switchyard {

/// Hands every call of a kernel that makes tensors, or adds to one, to
/// derived.intercept(kernel, method, arguments...): `kernel` is the name of `method`, with which
/// the other backend, inner(), is to be called. The rest is passed on.
template <class Derived>
class InterceptingBackend : public Backend {
 public:
  /// `inner` must outlive this.
  explicit InterceptingBackend(Backend& inner) : inner_(inner) { set_recorder(inner.recorder()); }

  std::string_view name() const override { return inner_.name(); }
  Allocator& allocator() override { return inner_.allocator(); }
  Tensor full(Shape shape, DType dtype, double value) override {
    return call("full", &Backend::full, std::move(shape), dtype, value);
  }
  Tensor convert(const Tensor& x, DType dtype) override {
    return call("convert", &Backend::convert, x, dtype);
  }
  std::vector<Tensor> convert_all(std::span<const Tensor> xs, DType dtype) override {
    return call("convert_all", &Backend::convert_all, xs, dtype);
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
  bool keeps_values() const override { return inner_.keeps_values(); }
  Tensor exchange_values(const Tensor& x, const std::function<Tensor()>& exchange) override {
    return inner_.exchange_values(x, exchange);
  }
  void exchange_anew(const Tensor& x, const std::function<void()>& exchange) override {
    inner_.exchange_anew(x, exchange);
  }
  Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) override {
    return call("conv2d", &Backend::conv2d, x, w, spec);
  }
  Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                           const Shape& x_shape) override {
    return call("conv2d_grad_input", &Backend::conv2d_grad_input, dy, w, spec, x_shape);
  }
  Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                            const Shape& w_shape) override {
    return call("conv2d_grad_weight", &Backend::conv2d_grad_weight, x, dy, spec, w_shape);
  }
  std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                 Conv2dSpec spec, Activation act) override {
    return inner_.prepare_conv2d(w, bias, spec, act);
  }
  Tensor matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) override {
    return call("matmul", &Backend::matmul, a, ta, b, tb);
  }
  Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) override {
    return call("linear", &Backend::linear, x, w, bias, act);
  }
  Tensor grouped_linear(const Tensor& x, const Tensor& offsets, std::span<const Tensor> weights,
                        std::span<const Tensor> biases, Activation act) override {
    return call("grouped_linear", &Backend::grouped_linear, x, offsets, weights, biases, act);
  }
  Tensor grouped_linear_grad_input(const Tensor& dy, const Tensor& offsets,
                                   std::span<const Tensor> weights) override {
    return call("grouped_linear_grad_input", &Backend::grouped_linear_grad_input, dy, offsets,
                weights);
  }
  std::vector<Tensor> grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                 const Tensor& offsets) override {
    return call("grouped_linear_grad_weight", &Backend::grouped_linear_grad_weight, x, dy, offsets);
  }
  std::vector<Tensor> grouped_linear_grad_bias(const Tensor& dy, const Tensor& offsets) override {
    return call("grouped_linear_grad_bias", &Backend::grouped_linear_grad_bias, dy, offsets);
  }
  Tensor binary(BinaryOp op, const Tensor& a, const Tensor& b) override {
    return call("binary", &Backend::binary, op, a, b);
  }
  Tensor scale(const Tensor& x, double factor) override {
    return call("scale", &Backend::scale, x, factor);
  }
  void accumulate(Tensor& into, const Tensor& x) override {
    return call("accumulate", &Backend::accumulate, into, x);
  }
  void add_scaled(Tensor& into, const Tensor& x, double factor) override {
    return call("add_scaled", &Backend::add_scaled, into, x, factor);
  }
  void assign(Tensor& into, const Tensor& x) override {
    return call("assign", &Backend::assign, into, x);
  }
  Tensor unary(UnaryOp op, int order, const Tensor& x) override {
    return call("unary", &Backend::unary, op, order, x);
  }
  Tensor relu(const Tensor& x) override { return call("relu", &Backend::relu, x); }
  Tensor relu_grad(const Tensor& dy, const Tensor& y) override {
    return call("relu_grad", &Backend::relu_grad, dy, y);
  }
  Tensor sum_to(const Tensor& x, const Shape& shape) override {
    return call("sum_to", &Backend::sum_to, x, shape);
  }
  Tensor broadcast_to(const Tensor& x, const Shape& shape) override {
    return call("broadcast_to", &Backend::broadcast_to, x, shape);
  }
  Tensor gather_rows(const Tensor& x, const Tensor& index) override {
    return call("gather_rows", &Backend::gather_rows, x, index);
  }
  Tensor scatter_add_rows(const Tensor& x, const Tensor& index, std::int64_t rows) override {
    return call("scatter_add_rows", &Backend::scatter_add_rows, x, index, rows);
  }
  Tensor combine_rows(const Tensor& rows, const Tensor& place, const Tensor& weights) override {
    return call("combine_rows", &Backend::combine_rows, rows, place, weights);
  }
  CombinedGrads combine_rows_grad(const Tensor& dy, const Tensor& rows, const Tensor& place,
                                  const Tensor& weights) override {
    return call("combine_rows_grad", &Backend::combine_rows_grad, dy, rows, place, weights);
  }
  Tensor gather_columns(const Tensor& x, const Tensor& index) override {
    return call("gather_columns", &Backend::gather_columns, x, index);
  }
  Tensor scatter_add_columns(const Tensor& x, const Tensor& index, std::int64_t columns) override {
    return call("scatter_add_columns", &Backend::scatter_add_columns, x, index, columns);
  }
  Tensor concat_columns(std::span<const Tensor> parts) override {
    return call("concat_columns", &Backend::concat_columns, parts);
  }
  Tensor slice_columns(const Tensor& x, std::int64_t begin, std::int64_t end) override {
    return call("slice_columns", &Backend::slice_columns, x, begin, end);
  }
  Tensor row_max(const Tensor& x) override { return call("row_max", &Backend::row_max, x); }
  Tensor topk(const Tensor& x, int k) override { return call("topk", &Backend::topk, x, k); }
  Tensor kth_other(const Tensor& x, int k) override {
    return call("kth_other", &Backend::kth_other, x, k);
  }
  TopKRouting route_topk(const TopKInputs& inputs, const TopKSpec& spec) override {
    return call("route_topk", &Backend::route_topk, inputs, spec);
  }
  TopKInputGrads route_topk_grad(const TopKInputs& inputs, const TopKRouting& routing,
                                 const TopKGrads& grads, const TopKSpec& spec) override {
    return call("route_topk_grad", &Backend::route_topk_grad, inputs, routing, grads, spec);
  }
  Grouping group_by(const Tensor& groups_of, int groups) override {
    return call("group_by", &Backend::group_by, groups_of, groups);
  }
  Tensor routed_keys(const Tensor& sample_ids, const Tensor& chosen, const Tensor& place,
                     int experts) override {
    return call("routed_keys", &Backend::routed_keys, sample_ids, chosen, place, experts);
  }
  Tensor routing_sums(const Tensor& probs, const Tensor& chosen) override {
    return call("routing_sums", &Backend::routing_sums, probs, chosen);
  }
  Tensor count_correct(const Tensor& logits, const Tensor& labels) override {
    return call("count_correct", &Backend::count_correct, logits, labels);
  }
  Tensor cross_entropy_sum(const Tensor& logits, const Tensor& labels, double smoothing) override {
    return call("cross_entropy_sum", &Backend::cross_entropy_sum, logits, labels, smoothing);
  }
  Tensor cross_entropy_sum_grad(const Tensor& dy, const Tensor& logits, const Tensor& labels,
                                double smoothing) override {
    return call("cross_entropy_sum_grad", &Backend::cross_entropy_sum_grad, dy, logits, labels,
                smoothing);
  }
  Tensor squared_cv(const Tensor& x, double eps) override {
    return call("squared_cv", &Backend::squared_cv, x, eps);
  }
  Tensor squared_cv_grad(const Tensor& dy, const Tensor& x, double eps) override {
    return call("squared_cv_grad", &Backend::squared_cv_grad, dy, x, eps);
  }
  Tensor not_finite(const Tensor& x) override {
    return call("not_finite", &Backend::not_finite, x);
  }
  Tensor global_avg_pool(const Tensor& x) override {
    return call("global_avg_pool", &Backend::global_avg_pool, x);
  }
  Tensor global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) override {
    return call("global_avg_pool_grad", &Backend::global_avg_pool_grad, dy, x_shape, x_dtype);
  }
  Tensor batch_norm_sums(const Tensor& x) override {
    return call("batch_norm_sums", &Backend::batch_norm_sums, x);
  }
  BatchStatistics batch_norm_statistics(const Tensor& sums, double eps,
                                        const RunningStatistics* running) override {
    return call("batch_norm_statistics", &Backend::batch_norm_statistics, sums, eps, running);
  }
  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override {
    return call("batch_norm_apply", &Backend::batch_norm_apply, x, moments, gamma, beta, residual,
                act);
  }
  BatchNormGradSums batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                                         const BatchMoments& moments) override {
    return call("batch_norm_grad_sums", &Backend::batch_norm_grad_sums, dy, y, x, moments);
  }
  BatchNormGradSums batch_norm_grad_sums_tangent(const Tensor& dy, const Tensor& tdy,
                                                 const Tensor& y, const Tensor& x, const Tensor& tx,
                                                 const BatchMoments& moments) override {
    return call("batch_norm_grad_sums_tangent", &Backend::batch_norm_grad_sums_tangent, dy, tdy, y,
                x, tx, moments);
  }
  BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                const BatchMoments& moments, const Tensor& gamma,
                                const Tensor& sums, const Tensor& count,
                                bool want_residual) override {
    return call("batch_norm_grad", &Backend::batch_norm_grad, dy, y, x, moments, gamma, sums, count,
                want_residual);
  }
  Tensor channel_affine(const ChannelSum& sum) override {
    return call("channel_affine", &Backend::channel_affine, sum);
  }
  Tensor random_normal(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                       DType dtype) override {
    return call("random_normal", &Backend::random_normal, key, sample_ids, columns, dtype);
  }
  Tensor dropout_mask(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                      std::int64_t first_column, double p, DType dtype) override {
    return call("dropout_mask", &Backend::dropout_mask, key, sample_ids, columns, first_column, p,
                dtype);
  }
  Tensor make_images(const Tensor& pixels, const Tensor& sample_ids, const Tensor& epoch,
                     const ImageSpec& spec, DType dtype) override {
    return call("make_images", &Backend::make_images, pixels, sample_ids, epoch, spec, dtype);
  }
  Tensor look_up(const Tensor& labels, const Tensor& sample_ids) override {
    return call("look_up", &Backend::look_up, labels, sample_ids);
  }
  Tensor dots(std::span<const Tensor> a, std::span<const Tensor> b) override {
    return call("dots", &Backend::dots, a, b);
  }
  void sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                const SgdScalars& scalars) override {
    inner_.sgd_step(slots, spec, scalars);
  }

 protected:
  Backend& inner() { return inner_; }

 private:
  template <class Method, class... Args>
  std::invoke_result_t<Method, Backend&, Args...> call(std::string_view kernel, Method method,
                                                       Args&&... args) {
    return static_cast<Derived&>(*this).intercept(kernel, method, std::forward<Args>(args)...);
  }

  Backend& inner_;
};

/// Passes every call on: those that watch a few override them.
class ForwardingBackend : public InterceptingBackend<ForwardingBackend> {
 public:
  using InterceptingBackend::InterceptingBackend;

 private:
  friend InterceptingBackend;
  template <class Method, class... Args>
  decltype(auto) intercept(std::string_view, Method method, Args&&... args) {
    return (inner().*method)(std::forward<Args>(args)...);
  }
};

}  // namespace switchyard
