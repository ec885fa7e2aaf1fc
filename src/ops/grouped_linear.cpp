// The grouped kernels of any backend, one group at a time.

#include "base/error.hpp"
#include "ops/backend.hpp"

namespace switchyard {
namespace {

void require_groups(std::span<const std::int64_t> offsets, std::size_t groups) {
  SY_REQUIRE(groups > 0, ExitCode::run_failed, "a grouped linear layer needs at least one group");
  SY_REQUIRE(offsets.size() == groups + 1, ExitCode::run_failed,
             "{} groups need {} row offsets (found {})", groups, groups + 1, offsets.size());
}

// f(g, the group's rows) for every group; its results meet in one (rows, columns) tensor.
template <class F>
Tensor collect_rows(Backend& backend, const Tensor& x, std::span<const std::int64_t> offsets,
                    std::int64_t columns, F&& f) {
  Tensor y = backend.zeros({x.dim(0), columns}, x.dtype());
  for (std::size_t g = 0; g + 1 < offsets.size(); ++g) {
    Tensor group = y.rows(offsets[g], offsets[g + 1]);
    if (group.numel() > 0) backend.accumulate(group, f(g, x.rows(offsets[g], offsets[g + 1])));
  }
  return y;
}

}  // namespace

Tensor Backend::grouped_linear(const Tensor& x, std::span<const std::int64_t> offsets,
                               std::span<const Tensor> weights, std::span<const Tensor> biases) {
  require_groups(offsets, weights.size());
  SY_REQUIRE(biases.empty() || biases.size() == weights.size(), ExitCode::run_failed,
             "{} groups need as many biases, or none (found {})", weights.size(), biases.size());
  return collect_rows(*this, x, offsets, weights[0].dim(0), [&](std::size_t g, const Tensor& rows) {
    return linear(rows, weights[g], biases.empty() ? Tensor{} : biases[g]);
  });
}

Tensor Backend::grouped_linear_grad_input(const Tensor& dy, std::span<const std::int64_t> offsets,
                                          std::span<const Tensor> weights) {
  require_groups(offsets, weights.size());
  return collect_rows(*this, dy, offsets, weights[0].dim(1),
                      [&](std::size_t g, const Tensor& rows) {
                        return matmul(rows, Transpose::no, weights[g], Transpose::no);
                      });
}

std::vector<Tensor> Backend::grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                        std::span<const std::int64_t> offsets) {
  std::vector<Tensor> grads;
  for (std::size_t g = 0; g + 1 < offsets.size(); ++g) {
    Tensor group_dy = dy.rows(offsets[g], offsets[g + 1]);
    Tensor group_x = x.rows(offsets[g], offsets[g + 1]);
    grads.push_back(group_x.dim(0) == 0 ? zeros({dy.dim(1), x.dim(1)}, x.dtype())
                                        : matmul(group_dy, Transpose::yes, group_x, Transpose::no));
  }
  return grads;
}

std::vector<Tensor> Backend::grouped_linear_grad_bias(const Tensor& dy,
                                                      std::span<const std::int64_t> offsets) {
  std::vector<Tensor> grads;
  for (std::size_t g = 0; g + 1 < offsets.size(); ++g) {
    grads.push_back(sum_to(dy.rows(offsets[g], offsets[g + 1]), {dy.dim(1)}));
  }
  return grads;
}

}  // namespace switchyard
