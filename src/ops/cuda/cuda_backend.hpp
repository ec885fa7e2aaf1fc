#pragma once
// The backend on a CUDA device: cuDNN convolutions, cuBLAS products, kernels of our own for the
// rest. Types f32, f64 and bf16. Everything is enqueued on the device's stream.
//
// Each family of kernels has a pair of files here: <family>.cpp checks shapes and allocates,
// <family>.cu holds the kernels and their launches, declared in <family>_kernels.hpp.

#include <filesystem>
#include <memory>

#include "device/cuda/cuda_device.hpp"
#include "ops/backend.hpp"
#include "ops/precision.hpp"

namespace switchyard {

class CudnnEngine;
class CublasEngine;

struct CudaBackendOptions {
  Precision precision = Precision::f32;  ///< tf32: f32 products may use tensor cores
  bool fast_nondeterministic = false;
  /// Receives one line whenever a convolution's algorithm has been chosen; may be empty.
  std::function<void(const std::string&)> log = {};
  /// Where these choices are kept from launch to launch, see ConvChoices; empty: nowhere.
  std::filesystem::path choices = {};
};

class CudaBackend final : public Backend {
 public:
  /// `device` must outlive the backend.
  CudaBackend(CudaDevice& device, CudaBackendOptions options);
  ~CudaBackend() override;

  std::string_view name() const override { return "cuda"; }
  Allocator& allocator() override { return device_.allocator(); }
  CudaDevice& device() { return device_; }

  Tensor full(Shape shape, DType dtype, double value) override;
  Tensor convert(const Tensor& x, DType dtype) override;
  std::vector<Tensor> convert_all(std::span<const Tensor> xs, DType dtype) override;
  void upload(const void* source, Tensor& into) override;
  void to_host(const Tensor& x, void* destination) override;
  std::unique_ptr<HostCopy> start_to_host(const Tensor& x) override;
  std::unique_ptr<Program> record(std::function<void()> work) override;
  bool recording() const override { return device_.capturing(); }
  void between(std::function<void()> step) override { device_.between(std::move(step)); }

  Tensor conv2d(const Tensor& x, const Tensor& w, Conv2dSpec spec) override;
  Tensor conv2d_grad_input(const Tensor& dy, const Tensor& w, Conv2dSpec spec,
                           const Shape& x_shape) override;
  Tensor conv2d_grad_weight(const Tensor& x, const Tensor& dy, Conv2dSpec spec,
                            const Shape& w_shape) override;
  std::unique_ptr<PreparedConv2d> prepare_conv2d(const Tensor& w, const Tensor& bias,
                                                 Conv2dSpec spec, Activation act) override;

  Tensor matmul(const Tensor& a, Transpose ta, const Tensor& b, Transpose tb) override;
  Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias, Activation act) override;
  Tensor grouped_linear(const Tensor& x, const Tensor& offsets, std::span<const Tensor> weights,
                        std::span<const Tensor> biases, Activation act) override;
  Tensor grouped_linear_grad_input(const Tensor& dy, const Tensor& offsets,
                                   std::span<const Tensor> weights) override;
  std::vector<Tensor> grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                 const Tensor& offsets) override;
  std::vector<Tensor> grouped_linear_grad_bias(const Tensor& dy, const Tensor& offsets) override;

  Tensor binary(BinaryOp op, const Tensor& a, const Tensor& b) override;
  Tensor scale(const Tensor& x, double factor) override;
  void accumulate(Tensor& into, const Tensor& x) override;
  void add_scaled(Tensor& into, const Tensor& x, double factor) override;
  void assign(Tensor& into, const Tensor& x) override;
  Tensor unary(UnaryOp op, int order, const Tensor& x) override;
  Tensor relu(const Tensor& x) override;
  Tensor relu_grad(const Tensor& dy, const Tensor& y) override;
  Tensor sum_to(const Tensor& x, const Shape& shape) override;
  Tensor broadcast_to(const Tensor& x, const Shape& shape) override;

  Tensor gather_rows(const Tensor& x, const Tensor& index) override;
  Tensor scatter_add_rows(const Tensor& x, const Tensor& index, std::int64_t rows) override;
  Tensor combine_rows(const Tensor& rows, const Tensor& place, const Tensor& weights) override;
  CombinedGrads combine_rows_grad(const Tensor& dy, const Tensor& rows, const Tensor& place,
                                  const Tensor& weights) override;
  Tensor gather_columns(const Tensor& x, const Tensor& index) override;
  Tensor scatter_add_columns(const Tensor& x, const Tensor& index, std::int64_t columns) override;
  Tensor concat_columns(std::span<const Tensor> parts) override;
  Tensor slice_columns(const Tensor& x, std::int64_t begin, std::int64_t end) override;
  Tensor row_max(const Tensor& x) override;
  Tensor topk(const Tensor& x, int k) override;
  Tensor kth_other(const Tensor& x, int k) override;

  TopKRouting route_topk(const TopKInputs& inputs, const TopKSpec& spec) override;
  TopKInputGrads route_topk_grad(const TopKInputs& inputs, const TopKRouting& routing,
                                 const TopKGrads& grads, const TopKSpec& spec) override;
  Grouping group_by(const Tensor& groups_of, int groups) override;
  Tensor routed_keys(const Tensor& sample_ids, const Tensor& chosen, const Tensor& place,
                     int experts) override;
  Tensor routing_sums(const Tensor& probs, const Tensor& chosen) override;
  Tensor count_correct(const Tensor& logits, const Tensor& labels) override;

  Tensor cross_entropy_sum(const Tensor& logits, const Tensor& labels, double smoothing) override;
  Tensor cross_entropy_sum_grad(const Tensor& dy, const Tensor& logits, const Tensor& labels,
                                double smoothing) override;
  Tensor squared_cv(const Tensor& x, double eps) override;
  Tensor squared_cv_grad(const Tensor& dy, const Tensor& x, double eps) override;
  Tensor not_finite(const Tensor& x) override;

  Tensor global_avg_pool(const Tensor& x) override;
  Tensor global_avg_pool_grad(const Tensor& dy, const Shape& x_shape, DType x_dtype) override;

  Tensor batch_norm_sums(const Tensor& x) override;
  BatchStatistics batch_norm_statistics(const Tensor& sums, double eps,
                                        const RunningStatistics* running) override;
  Tensor batch_norm_apply(const Tensor& x, const BatchMoments& moments, const Tensor& gamma,
                          const Tensor& beta, const Tensor& residual, Activation act) override;
  BatchNormGradSums batch_norm_grad_sums(const Tensor& dy, const Tensor& y, const Tensor& x,
                                         const BatchMoments& moments) override;
  BatchNormGradSums batch_norm_grad_sums_tangent(const Tensor& dy, const Tensor& tdy,
                                                 const Tensor& y, const Tensor& x, const Tensor& tx,
                                                 const BatchMoments& moments) override;
  BatchNormGrad batch_norm_grad(const Tensor& dy, const Tensor& y, const Tensor& x,
                                const BatchMoments& moments, const Tensor& gamma,
                                const Tensor& sums, const Tensor& count,
                                bool want_residual) override;
  Tensor channel_affine(const ChannelSum& sum) override;

  Tensor random_normal(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                       DType dtype) override;
  Tensor dropout_mask(const RandomKey& key, const Tensor& sample_ids, std::int64_t columns,
                      std::int64_t first_column, double p, DType dtype) override;
  Tensor make_images(const Tensor& pixels, const Tensor& sample_ids, const Tensor& epoch,
                     const ImageSpec& spec, DType dtype) override;
  Tensor look_up(const Tensor& labels, const Tensor& sample_ids) override;

  Tensor dots(std::span<const Tensor> a, std::span<const Tensor> b) override;
  void sgd_step(std::span<const SgdSlot> slots, const SgdSpec& spec,
                const SgdScalars& scalars) override;

 private:
  cudaStream_t stream() const { return device_.stream(); }

  CudaDevice& device_;
  CudaBackendOptions options_;
  std::unique_ptr<CudnnEngine> cudnn_;
  std::unique_ptr<CublasEngine> cublas_;
};

}  // namespace switchyard
