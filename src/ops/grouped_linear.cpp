// The grouped kernels of any backend, one group at a time.

#include "base/error.hpp"
#include "ops/backend.hpp"

namespace switchyard {
namespace {

using Offsets = std::vector<std::int64_t>;

Offsets read_offsets(Backend& backend, const Tensor& offsets) {
  SY_REQUIRE(offsets.rank() == 1 && offsets.dtype() == DType::i64, ExitCode::run_failed,
             "row offsets of groups are {} of {} (expected (groups + 1) of i64)",
             to_string(offsets.shape()), to_string(offsets.dtype()));
  Offsets host(static_cast<std::size_t>(offsets.numel()));
  backend.to_host(offsets, host.data());
  return host;
}

Offsets read_offsets(Backend& backend, const Tensor& offsets, std::size_t groups) {
  SY_REQUIRE(groups > 0, ExitCode::run_failed, "a grouped linear layer needs at least one group");
  Offsets host = read_offsets(backend, offsets);
  SY_REQUIRE(host.size() == groups + 1, ExitCode::run_failed,
             "{} groups need {} row offsets (found {})", groups, groups + 1, host.size());
  return host;
}

// f(g, the group's rows) for every group; its results meet in one (rows, columns) tensor.
template <class F>
Tensor collect_rows(Backend& backend, const Tensor& x, const Offsets& offsets, std::int64_t columns,
                    F&& f) {
  Tensor y = backend.zeros({x.dim(0), columns}, x.dtype());
  for (std::size_t g = 0; g + 1 < offsets.size(); ++g) {
    Tensor group = y.rows(offsets[g], offsets[g + 1]);
    if (group.numel() > 0) backend.accumulate(group, f(g, x.rows(offsets[g], offsets[g + 1])));
  }
  return y;
}

}  // namespace

Tensor Backend::grouped_linear(const Tensor& x, const Tensor& offsets,
                               std::span<const Tensor> weights, std::span<const Tensor> biases,
                               Activation act) {
  const Offsets begins = read_offsets(*this, offsets, weights.size());
  SY_REQUIRE(biases.empty() || biases.size() == weights.size(), ExitCode::run_failed,
             "{} groups need as many biases, or none (found {})", weights.size(), biases.size());
  return collect_rows(*this, x, begins, weights[0].dim(0), [&](std::size_t g, const Tensor& rows) {
    return linear(rows, weights[g], biases.empty() ? Tensor{} : biases[g], act);
  });
}

Tensor Backend::grouped_linear_grad_input(const Tensor& dy, const Tensor& offsets,
                                          std::span<const Tensor> weights) {
  const Offsets begins = read_offsets(*this, offsets, weights.size());
  return collect_rows(*this, dy, begins, weights[0].dim(1), [&](std::size_t g, const Tensor& rows) {
    return matmul(rows, Transpose::no, weights[g], Transpose::no);
  });
}

std::vector<Tensor> Backend::grouped_linear_grad_weight(const Tensor& x, const Tensor& dy,
                                                        const Tensor& offsets) {
  const Offsets begins = read_offsets(*this, offsets);
  std::vector<Tensor> grads;
  for (std::size_t g = 0; g + 1 < begins.size(); ++g) {
    Tensor group_dy = dy.rows(begins[g], begins[g + 1]);
    Tensor group_x = x.rows(begins[g], begins[g + 1]);
    grads.push_back(group_x.dim(0) == 0 ? zeros({dy.dim(1), x.dim(1)}, x.dtype())
                                        : matmul(group_dy, Transpose::yes, group_x, Transpose::no));
  }
  return grads;
}

std::vector<Tensor> Backend::grouped_linear_grad_bias(const Tensor& dy, const Tensor& offsets) {
  const Offsets begins = read_offsets(*this, offsets);
  std::vector<Tensor> grads;
  for (std::size_t g = 0; g + 1 < begins.size(); ++g) {
    grads.push_back(sum_to(dy.rows(begins[g], begins[g + 1]), {dy.dim(1)}));
  }
  return grads;
}

}  // namespace switchyard
