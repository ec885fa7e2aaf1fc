#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/grouped_linear_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

void expect_rows_of_groups(const Tensor& x, const Tensor& offsets, std::size_t groups) {
  SY_REQUIRE(groups > 0, ExitCode::run_failed, "a grouped linear layer needs at least one group");
  ref::expect_rank(x, "the rows of the groups", 2);
  ref::expect(offsets, "the groups' row offsets", {static_cast<std::int64_t>(groups) + 1},
              DType::i64);
}

void expect_weights(std::span<const Tensor> weights, DType dtype) {
  ref::expect_rank(weights[0], "a group's weight", 2);
  for (const Tensor& w : weights) ref::expect(w, "a group's weight", weights[0].shape(), dtype);
}

void expect_biases(std::span<const Tensor> biases, std::span<const Tensor> weights) {
  SY_REQUIRE(biases.empty() || biases.size() == weights.size(), ExitCode::run_failed,
             "{} groups need as many biases, or none (found {})", weights.size(), biases.size());
  for (const Tensor& b : biases)
    ref::expect(b, "a group's bias", {weights[0].dim(0)}, weights[0].dtype());
}

// The number of groups that (G+1) offsets tell of.
std::size_t groups_of(const Tensor& offsets) {
  ref::expect_rank(offsets, "the groups' row offsets", 1);
  return offsets.dim(0) > 0 ? static_cast<std::size_t>(offsets.dim(0)) - 1 : 0;
}

GroupedShape shape_of(const Tensor& offsets, std::int64_t rows, std::int64_t in, std::int64_t out) {
  return {offsets.data<std::int64_t>(), rows, static_cast<int>(in), static_cast<int>(out)};
}

template <class T>
std::vector<const T*> pointers_to(std::span<const Tensor> tensors) {
  std::vector<const T*> pointers;
  for (const Tensor& t : tensors) pointers.push_back(t.data<T>());
  return pointers;
}

template <class T>
std::vector<T*> pointers_into(std::vector<Tensor>& tensors) {
  std::vector<T*> pointers;
  for (Tensor& t : tensors) pointers.push_back(t.data<T>());
  return pointers;
}

std::vector<Tensor> empty_per_group(Backend& backend, std::size_t groups, const Shape& shape,
                                    DType dtype) {
  std::vector<Tensor> tensors;
  for (std::size_t g = 0; g < groups; ++g) tensors.push_back(backend.empty(shape, dtype));
  return tensors;
}

}  // namespace

Tensor CudaBackend::grouped_linear(const Tensor& x, const Tensor& offsets,
                                   std::span<const Tensor> weights, std::span<const Tensor> biases,
                                   Activation act) {
  expect_rows_of_groups(x, offsets, weights.size());
  expect_weights(weights, x.dtype());
  expect_biases(biases, weights);
  const std::int64_t out = weights[0].dim(0), in = weights[0].dim(1);
  ref::expect(x, "the rows of the groups", {x.dim(0), in}, x.dtype());
  Tensor y = empty({x.dim(0), out}, x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_grouped_linear<T>(stream(), shape_of(offsets, x.dim(0), in, out), x.data<T>(),
                             pointers_to<T>(weights), pointers_to<T>(biases),
                             act == Activation::relu, y.data<T>());
  });
  return y;
}

Tensor CudaBackend::grouped_linear_grad_input(const Tensor& dy, const Tensor& offsets,
                                              std::span<const Tensor> weights) {
  expect_rows_of_groups(dy, offsets, weights.size());
  expect_weights(weights, dy.dtype());
  const std::int64_t out = weights[0].dim(0), in = weights[0].dim(1);
  ref::expect(dy, "the rows of the groups", {dy.dim(0), out}, dy.dtype());
  Tensor dx = empty({dy.dim(0), in}, dy.dtype());
  dispatch_compute(dy.dtype(), [&]<class T>() {
    launch_grouped_linear_grad_input<T>(stream(), shape_of(offsets, dy.dim(0), in, out),
                                        dy.data<T>(), pointers_to<T>(weights), dx.data<T>());
  });
  return dx;
}

std::vector<Tensor> CudaBackend::grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                            const Tensor& offsets) {
  const std::size_t groups = groups_of(offsets);
  expect_rows_of_groups(x, offsets, groups);
  ref::expect_rank(dy, "the gradient of the groups' rows", 2);
  ref::expect(dy, "the gradient of the groups' rows", {x.dim(0), dy.dim(1)}, x.dtype());
  auto grads = empty_per_group(*this, groups, {dy.dim(1), x.dim(1)}, x.dtype());
  dispatch_compute(x.dtype(), [&]<class T>() {
    launch_grouped_linear_grad_weight<T>(stream(), shape_of(offsets, x.dim(0), x.dim(1), dy.dim(1)),
                                         x.data<T>(), dy.data<T>(), pointers_into<T>(grads));
  });
  return grads;
}

std::vector<Tensor> CudaBackend::grouped_linear_grad_bias(const Tensor& dy, const Tensor& offsets) {
  const std::size_t groups = groups_of(offsets);
  expect_rows_of_groups(dy, offsets, groups);
  auto grads = empty_per_group(*this, groups, {dy.dim(1)}, dy.dtype());
  dispatch_compute(dy.dtype(), [&]<class T>() {
    launch_grouped_linear_grad_bias<T>(stream(), shape_of(offsets, dy.dim(0), 0, dy.dim(1)),
                                       dy.data<T>(), pointers_into<T>(grads));
  });
  return grads;
}

}  // namespace switchyard
