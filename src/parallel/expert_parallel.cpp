#include "parallel/expert_parallel.hpp"

#include <numeric>

#include "ops/arithmetic.hpp"
#include "ops/rows.hpp"
#include "parallel/dispatch_plan.hpp"
#include "parallel/grid.hpp"

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

// Rows to their destinations, and the way back.
RowExchange all_to_all(Backend& backend, Communicator& group, Numbers send, Numbers receive) {
  auto move = [&backend, &group](const Tensor& x, const Numbers& out, const Numbers& in) {
    if (group.size() == 1) return x;
    Tensor y = backend.empty({std::accumulate(in.begin(), in.end(), std::int64_t{0}), x.dim(1)},
                             x.dtype());
    group.all_to_all_rows(x, out, y, in);
    return y;
  };
  return {[=](const Tensor& x) { return move(x, send, receive); },
          [=](const Tensor& y) { return move(y, receive, send); }};
}

// Everybody's rows to everybody, and its transpose, the sum of everybody's rows for me.
RowExchange all_gather(Backend& backend, Communicator& group, Numbers rows) {
  std::int64_t total = std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
  std::int64_t own = rows[static_cast<std::size_t>(group.rank().value)];
  return {[=, &backend, &group](const Tensor& x) {
            if (group.size() == 1) return x;
            Tensor y = backend.empty({total, x.dim(1)}, x.dtype());
            group.all_gather_rows(x, y, rows);
            return y;
          },
          [=, &backend, &group](const Tensor& y) {
            if (group.size() == 1) return y;
            Tensor x = backend.empty({own, y.dim(1)}, y.dtype());
            group.reduce_scatter_rows(y, x, rows);
            return x;
          }};
}

RowExchange transpose(RowExchange exchange) {
  std::swap(exchange.apply, exchange.adjoint);
  return exchange;
}

// Key of each (sample, choice) pair, one column, in sending order.
Tensor pair_keys(Backend& backend, const Tensor& sample_ids, const Tensor& chosen,
                 const Tensor& combine, int experts) {
  Numbers ids(static_cast<std::size_t>(sample_ids.numel()));
  std::vector<std::int32_t> expert(static_cast<std::size_t>(chosen.numel()));
  std::vector<std::int32_t> place(expert.size());
  backend.to_host(sample_ids, ids.data());
  backend.to_host(chosen, expert.data());
  backend.to_host(combine, place.data());
  std::size_t k = static_cast<std::size_t>(chosen.dim(1));
  Numbers keys(expert.size());
  for (std::size_t pair = 0; pair < expert.size(); ++pair)
    keys[static_cast<std::size_t>(place[pair])] = ids[pair / k] * experts + expert[pair];
  return backend.from_host(keys.data(), {static_cast<std::int64_t>(keys.size()), 1}, DType::i64);
}

}  // namespace

ExpertParallel::ExpertParallel(Backend& backend, Communicator& group, int experts)
    : backend_(backend),
      group_(group),
      experts_(experts),
      local_(expert_range(experts, group.size(), group.rank().value)) {}

Variable ExpertParallel::route(Tape& tape, const Variable& h, const Variable& weights,
                               const Tensor& chosen, const Tensor& sample_ids, RowKeys keys,
                               const RoutedExperts& experts) {
  DispatchPlan plan = make_dispatch_plan(backend_, group_, chosen, experts_);
  RowExchange exchange = all_to_all(backend_, group_, plan.send_rows, plan.receive_rows);

  ExpertRows input;
  input.offsets = plan.offsets;
  if (keys == RowKeys::needed) {
    Tensor sent = pair_keys(backend_, sample_ids, chosen, plan.combine, experts_);
    Tensor grouped = backend_.gather_rows(exchange.apply(sent), plan.regroup);
    input.keys = grouped.reshape({grouped.numel()});
  }
  Variable arrived = exchange_rows(tape, gather_rows(tape, h, plan.pack), exchange);
  input.rows = gather_rows(tape, arrived, plan.regroup);

  Variable outputs = gather_rows(tape, experts(input), plan.ungroup);
  Variable returned = exchange_rows(tape, outputs, transpose(exchange));

  std::int64_t samples = chosen.dim(0), k = chosen.dim(1);
  Variable pairs = gather_rows(tape, returned, plan.combine);
  Variable weighted = mul(tape, pairs, reshape(tape, weights, {samples * k, 1}));
  std::int64_t width = pairs.dim(1);
  Variable by_choice = reshape(tape, weighted, {samples, k, width});
  return reshape(tape, sum_to(tape, by_choice, {samples, 1, width}), {samples, width});
}

Variable ExpertParallel::mix(Tape& tape, const Variable& h, const Variable& probs,
                             const Tensor& sample_ids, const MixedExperts& experts) {
  Numbers own(static_cast<std::size_t>(group_.size()), h.dim(0));
  RowExchange gather = all_gather(backend_, group_, group_.all_to_all_counts(own, 1));
  Tensor ids = gather.apply(sample_ids.reshape({sample_ids.numel(), 1}));
  ids = ids.reshape({ids.numel()});

  Variable parts[] = {h, probs};
  Variable rows = exchange_rows(tape, concat_columns(tape, parts), gather);
  std::int64_t features = h.dim(1);
  Variable all_h = slice_columns(tape, rows, 0, features);
  Variable local_probs = slice_columns(tape, rows, features + local_.first, features + local_.last);
  return exchange_rows(tape, experts(all_h, local_probs, ids), transpose(gather));
}

}  // namespace switchyard
