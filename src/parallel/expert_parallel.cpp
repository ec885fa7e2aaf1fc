#include "parallel/expert_parallel.hpp"

#include "ops/arithmetic.hpp"
#include "ops/rows.hpp"
#include "parallel/grid.hpp"
#include "parallel/row_exchanges.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

// Rows [first, last) of a matrix.
Variable slice_rows(Tape& tape, const Variable& x, std::int64_t first, std::int64_t last) {
  if (first == 0 && last == x.dim(0)) return x;
  std::int64_t width = x.dim(1);
  Variable line = reshape(tape, x, {1, x.dim(0) * width});
  return reshape(tape, slice_columns(tape, line, first * width, last * width),
                 {last - first, width});
}

// Matrices of equal width, one below the other.
Variable concat_rows(Tape& tape, const std::vector<Variable>& parts) {
  if (parts.size() == 1) return parts[0];
  std::int64_t rows = 0, width = parts[0].dim(1);
  std::vector<Variable> lines;
  for (const Variable& part : parts) {
    rows += part.dim(0);
    lines.push_back(reshape(tape, part, {1, part.dim(0) * width}));
  }
  return reshape(tape, concat_columns(tape, lines), {rows, width});
}

// gather_rows(), where an undefined index leaves the rows as they are.
Variable reorder_rows(Tape& tape, const Variable& x, const Tensor& index) {
  return index ? gather_rows(tape, x, index) : x;
}

// One part of a batch on its way to the experts and back.
class RoutedPart {
 public:
  RoutedPart(Tape& tape, Communicator& group, Variable weights)
      : tape_(tape), group_(group), weights_(std::move(weights)) {}

  void pack(const Variable& h, const SortedRows& sorted) {
    const ZoneScope zone(recorder(), Zone::pack);
    rows_ = gather_rows(tape_, h, sorted.by_expert.row);
  }
  // `keys` (S) i64 in the order of the packed rows; may be undefined.
  void dispatch(DispatchPlan plan, const Tensor& keys) {
    const ZoneScope zone(recorder(), Zone::dispatch);
    plan_ = std::move(plan);
    if (keys) send_keys(keys);
    under_way_ = begin_exchange(tape_, rows_, exchange());
    rows_ = Variable();
  }
  void run(const ExpertExchange::RoutedExperts& experts) {
    send_back(pack_outputs(run_experts(experts, regroup(arrive(Zone::dispatch)))));
  }
  Variable combine() {
    Variable outputs = arrive(Zone::combine);
    const ZoneScope zone(recorder(), Zone::unpack);
    return combine_rows(tape_, outputs, plan_.combine, weights_);
  }

 private:
  Recorder* recorder() { return tape_.backend().recorder(); }
  Variable arrive(Zone way) {
    const ZoneScope zone(recorder(), way);
    return finish_exchange(tape_, under_way_);
  }
  ExpertRows regroup(const Variable& arrived) {
    const ZoneScope zone(recorder(), Zone::unpack);
    return {reorder_rows(tape_, arrived, plan_.regroup), plan_.offsets, arrived_keys()};
  }
  Variable run_experts(const ExpertExchange::RoutedExperts& experts, const ExpertRows& input) {
    const ZoneScope zone(recorder(), Zone::experts);
    return experts(input);
  }
  Variable pack_outputs(const Variable& outputs) {
    const ZoneScope zone(recorder(), Zone::pack);
    return reorder_rows(tape_, outputs, plan_.ungroup);
  }
  void send_back(const Variable& outputs) {
    const ZoneScope zone(recorder(), Zone::combine);
    StartedRowExchange there = exchange();
    under_way_ = begin_exchange(tape_, outputs, {there.adjoint, there.apply});
  }
  void send_keys(const Tensor& keys) {
    Backend& backend = tape_.backend();
    backend.exchange_anew(keys, [&] {
      keys_ = start_all_to_all(backend, group_, keys.reshape({keys.numel(), 1}), plan_.route);
    });
  }
  StartedRowExchange exchange() { return all_to_all(tape_.backend(), group_, plan_.route); }
  Tensor arrived_keys() {
    if (!keys_) return {};
    Tensor keys = keys_();
    if (plan_.regroup) keys = tape_.backend().gather_rows(keys, plan_.regroup);
    return keys.reshape({keys.numel()});
  }

  Tape& tape_;
  Communicator& group_;
  Variable weights_;
  Variable rows_;
  DispatchPlan plan_;
  Arrival keys_;
  ExchangeUnderWay under_way_;
};

// What every rank of a group gets of all its samples.
struct Gathered {
  Variable h, probs;
  Tensor sample_ids;
};

Gathered gather_samples(Tape& tape, const RowExchange& gather, const Variable& h,
                        const Variable& probs, const Tensor& sample_ids) {
  Tensor ids = tape.backend().exchange_values(sample_ids, [&] {
    Tensor all = gather.apply(sample_ids.reshape({sample_ids.numel(), 1}));
    return all.reshape({all.numel()});
  });
  return {exchange_rows(tape, h, gather), exchange_rows(tape, probs, gather), ids};
}

}  // namespace

ExpertParallel::ExpertParallel(Backend& backend, Communicator& group, int experts,
                               int overlap_degree)
    : backend_(backend),
      group_(group),
      experts_(experts),
      planner_(backend, group, experts),
      parts_(group.size() == 1 ? 1 : overlap_degree),
      local_(expert_range(experts, group.size(), group.rank().value)) {
  SY_REQUIRE(overlap_degree >= 1, ExitCode::bad_usage,
             "--overlap-degree {} asks for no part at all; 1 sends the rows of a batch at once",
             overlap_degree);
}

SortedRows ExpertParallel::sort(const Tensor& chosen) {
  const ZoneScope zone(backend_.recorder(), Zone::plan);
  SortedRows rows = planner_.sort(chosen);
  if (Recorder* recorder = backend_.recorder(); recorder && recorder->recording())
    recorder->count_rows(pass_record(), backend_.start_to_host(rows.by_expert.offsets));
  return rows;
}

std::vector<DispatchPlan> ExpertParallel::plan(std::span<const SortedRows> parts) {
  const ZoneScope zone(backend_.recorder(), Zone::plan);
  return planner_.plan(parts);
}

RoutingRecord ExpertParallel::pass_record() const {
  RoutingRecord pass{.group = backend_.recorder()->find_group(group_.name())};
  for (int rank = 0; rank < group_.size(); ++rank)
    pass.owner.insert(pass.owner.end(),
                      static_cast<std::size_t>(expert_range(experts_, group_.size(), rank).size()),
                      rank);
  return pass;
}

Variable ExpertParallel::route(Tape& tape, const Variable& h, const Variable& weights,
                               const Tensor& chosen, const Tensor& sample_ids, RowKeys keys,
                               const RoutedExperts& experts) {
  std::vector<RoutedPart> parts;
  std::vector<SortedRows> sorted;
  std::vector<Tensor> part_keys;
  for (int p = 0; p < parts_; ++p) {
    std::int64_t first = h.dim(0) * p / parts_, last = h.dim(0) * (p + 1) / parts_;
    Tensor own = chosen.rows(first, last);
    sorted.push_back(sort(own));
    part_keys.push_back(keys == RowKeys::needed
                            ? backend_.routed_keys(sample_ids.rows(first, last), own,
                                                   sorted.back().by_expert.place, experts_)
                            : Tensor());
    parts.emplace_back(tape, group_, slice_rows(tape, weights, first, last));
    parts.back().pack(slice_rows(tape, h, first, last), sorted.back());
  }
  std::vector<DispatchPlan> plans = plan(sorted);

  // All exchanges of one direction start before the first is waited for, and so do, in reverse,
  // those of the backward pass.
  for (std::size_t p = 0; p < parts.size(); ++p) parts[p].dispatch(plans[p], part_keys[p]);
  for (RoutedPart& part : parts) part.run(experts);
  std::vector<Variable> outputs;
  for (RoutedPart& part : parts) outputs.push_back(part.combine());
  return concat_rows(tape, outputs);
}

void ExpertParallel::exchange_shares(std::int64_t own) {
  const ZoneScope zone(backend_.recorder(), Zone::count_exchange);
  const std::vector<std::int64_t> message(static_cast<std::size_t>(group_.size()), own);
  shares_ = group_.all_to_all_counts(message, 1);
}

// Every sample goes to every expert.
void ExpertParallel::note_mixed(std::int64_t samples) {
  Recorder* recorder = backend_.recorder();
  if (!recorder || !recorder->recording()) return;
  RoutingRecord pass = pass_record();
  pass.rows.assign(pass.owner.size(), samples);
  recorder->count_rows(std::move(pass), nullptr);
}

Variable ExpertParallel::mix(Tape& tape, const Variable& h, const Variable& probs,
                             const Tensor& sample_ids, const MixedExperts& experts) {
  if (!backend_.recording()) exchange_shares(h.dim(0));
  note_mixed(h.dim(0));
  Recorder* recorder = backend_.recorder();
  RowExchange gather = all_gather(backend_, group_, shares_);
  Gathered all;
  {
    const ZoneScope zone(recorder, Zone::dispatch);
    all = gather_samples(tape, gather, h, probs, sample_ids);
  }
  Variable outputs;
  {
    const ZoneScope zone(recorder, Zone::experts);
    Variable local_probs = slice_columns(tape, all.probs, local_.first, local_.last);
    outputs = experts(all.h, local_probs, all.sample_ids);
  }
  const ZoneScope zone(recorder, Zone::combine);
  return exchange_rows(tape, outputs, transpose(gather));
}

}  // namespace switchyard
