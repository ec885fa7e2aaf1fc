#include "analysis/landscape/gate_view.hpp"

#include <algorithm>

namespace switchyard {
namespace {

// Rows in ascending order.
std::vector<std::int32_t> sorted_rows(Backend& backend, const Tensor& experts) {
  std::vector<std::int32_t> host(static_cast<std::size_t>(experts.numel()));
  backend.to_host(experts, host.data());
  for (auto row = host.begin(); row != host.end(); row += experts.dim(1))
    std::sort(row, row + experts.dim(1));
  return host;
}

}  // namespace

const Tensor& deciding_logits(const Routing& routing) {
  return routing.chosen ? routing.routing_logits.value() : routing.gate_logits.value();
}

Tensor leading_experts(Backend& backend, const Routing& routing) {
  return routing.chosen ? routing.chosen : backend.topk(deciding_logits(routing), 1);
}

std::int64_t count_rerouted(Backend& backend, const Tensor& before, const Tensor& after) {
  const std::vector<std::int32_t> a = sorted_rows(backend, before), b = sorted_rows(backend, after);
  const std::int64_t k = before.dim(1);
  std::int64_t count = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end(); x += k, y += k)
    if (!std::equal(x, x + k, y)) ++count;
  return count;
}

std::vector<double> gate_margins(Backend& backend, const Routing& routing) {
  const Tensor& logits = deciding_logits(routing);
  const std::int64_t k = routing.chosen ? routing.chosen.dim(1) : 1;
  if (k == logits.dim(1)) return {};
  Tensor best = backend.topk(logits, static_cast<int>(k) + 1);
  Tensor ranked = backend.gather_columns(logits, best);
  Tensor margin = backend.binary(BinaryOp::sub, backend.slice_columns(ranked, k - 1, k),
                                 backend.slice_columns(ranked, k, k + 1));
  std::vector<double> margins(static_cast<std::size_t>(margin.numel()));
  backend.to_host(backend.convert(margin, DType::f64), margins.data());
  return margins;
}

}  // namespace switchyard
