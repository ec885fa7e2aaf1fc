#pragma once
// The reference backend: plain loops in f32 and f64, on host memory. The oracle for the others.

#include "ops/backend.hpp"

namespace switchyard {

class RefBackend : public Backend {
 public:
  RefBackend();

  std::string_view name() const override { return "ref"; }
  Allocator& allocator() override { return *allocator_; }
  Tensor full(Shape shape, DType dtype, double value) override;
  Tensor convert(const Tensor& x, DType dtype) override;
  Tensor from_host(const void* source, Shape shape, DType dtype) override;
  void to_host(const Tensor& x, void* destination) override;

  Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) override;
  Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                           const Shape& x_shape) override;
  Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                            const Shape& w_shape) override;
  std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                 Conv2dSpec spec, Activation act) override;

  Tensor matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) override;
  Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias) override;

  Tensor binary(BinaryOp op, const Tensor& a, const Tensor& b) override;
  Tensor scale(const Tensor& x, double factor) override;
  void accumulate(Tensor& into, const Tensor& x) override;
  Tensor unary(UnaryOp op, int order, const Tensor& x) override;
  Tensor relu(const Tensor& x) override;
  Tensor relu_grad(const Tensor& dy, const Tensor& y) override;
  Tensor sum_to(const Tensor& x, const Shape& shape) override;
  Tensor broadcast_to(const Tensor& x, const Shape& shape) override;

  Tensor gather_rows(const Tensor& x, const Tensor& index) override;
  Tensor scatter_add_rows(const Tensor& x, const Tensor& index, std::int64_t rows) override;
  Tensor gather_columns(const Tensor& x, const Tensor& index) override;
  Tensor scatter_add_columns(const Tensor& x, const Tensor& index, std::int64_t columns) override;
  Tensor concat_columns(std::span<const Tensor> parts) override;
  Tensor slice_columns(const Tensor& x, std::int64_t begin, std::int64_t end) override;
  Tensor row_max(const Tensor& x) override;
  Tensor topk(const Tensor& x, int k) override;

  Tensor global_avg_pool(const Tensor& x) override;
  Tensor global_avg_pool_grad(const Tensor& dy, const Shape& x_shape) override;

  Tensor batch_norm_sums(const Tensor& x) override;
  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override;
  Tensor batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                              const BatchMoments& moments) override;
  BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                const BatchMoments& moments, const Tensor& gamma,
                                const Tensor& sums, double count, bool want_residual) override;

  Tensor random_normal(const RandomStream& stream, const Tensor& sample_ids, std::int64_t columns,
                       DType dtype) override;
  Tensor dropout_mask(const RandomStream& stream, const Tensor& sample_ids, std::int64_t columns,
                      std::int64_t first_column, double p, DType dtype) override;

  double dot(const Tensor& a, const Tensor& b) override;
  void sgd_step(Tensor& p, const Tensor& g, Tensor& m, const SgdSpec& spec) override;

 private:
  std::shared_ptr<Allocator> allocator_;
};

}  // namespace switchyard
