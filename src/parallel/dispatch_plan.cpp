#include "parallel/dispatch_plan.hpp"

#include <algorithm>
#include <numeric>

#include "parallel/grid.hpp"

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

// out[i] = sum of counts[0..i).
Numbers prefix_sums(const Numbers& counts) {
  Numbers out(counts.size() + 1, 0);
  std::partial_sum(counts.begin(), counts.end(), out.begin() + 1);
  return out;
}

Tensor index_tensor(Backend& backend, const std::vector<std::int32_t>& index) {
  return backend.from_host(index.data(), {static_cast<std::int64_t>(index.size())}, DType::i32);
}

// Sorts (sample, choice) pairs by expert, stably. Contiguous shards make that the order by rank.
void pack_by_expert(Backend& backend, const std::vector<std::int32_t>& chosen, int k,
                    const Numbers& counts, DispatchPlan& plan) {
  Numbers next = prefix_sums(counts);
  std::vector<std::int32_t> pack(chosen.size()), combine(chosen.size());
  for (std::size_t pair = 0; pair < chosen.size(); ++pair) {
    auto place = next[static_cast<std::size_t>(chosen[pair])]++;
    pack[static_cast<std::size_t>(place)] = static_cast<std::int32_t>(pair / k);
    combine[pair] = static_cast<std::int32_t>(place);
  }
  plan.pack = index_tensor(backend, pack);
  plan.combine = index_tensor(backend, combine);
}

// Arrived rows are ordered by (source, expert); grouped rows by (expert, source).
void regroup_by_expert(Backend& backend, const Numbers& received, int ranks, int local,
                       DispatchPlan& plan) {
  Numbers arrived = prefix_sums(received);
  std::vector<std::int32_t> regroup, ungroup(static_cast<std::size_t>(arrived.back()));
  plan.offsets = {0};
  for (int e = 0; e < local; ++e) {
    for (int source = 0; source < ranks; ++source) {
      auto block = static_cast<std::size_t>(source * local + e);
      for (auto row = arrived[block]; row < arrived[block + 1]; ++row) {
        ungroup[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(regroup.size());
        regroup.push_back(static_cast<std::int32_t>(row));
      }
    }
    plan.offsets.push_back(static_cast<std::int64_t>(regroup.size()));
  }
  plan.regroup = index_tensor(backend, regroup);
  plan.ungroup = index_tensor(backend, ungroup);
}

}  // namespace

DispatchPlan make_dispatch_plan(Backend& backend, Communicator& group, const Tensor& chosen,
                                int experts) {
  int ranks = group.size();
  std::vector<std::int32_t> pairs(static_cast<std::size_t>(chosen.numel()));
  backend.to_host(chosen, pairs.data());
  Numbers counts(static_cast<std::size_t>(experts), 0);
  for (std::int32_t e : pairs) ++counts[static_cast<std::size_t>(e)];

  // Every rank tells every other its counts of the other's experts. Shards may be unequal, so a
  // message holds as many numbers as the largest shard.
  int slots = expert_range(experts, ranks, 0).size();
  Numbers message(static_cast<std::size_t>(ranks * slots), 0);
  DispatchPlan plan;
  for (int r = 0; r < ranks; ++r) {
    ExpertRange shard = expert_range(experts, ranks, r);
    auto first = counts.begin() + shard.first, last = counts.begin() + shard.last;
    std::copy(first, last, message.begin() + r * slots);
    plan.send_rows.push_back(std::accumulate(first, last, std::int64_t{0}));
  }
  Numbers arrived = group.all_to_all_counts(message, slots);

  int local = expert_range(experts, ranks, group.rank().value).size();
  Numbers received;  // by (source, local expert)
  for (int source = 0; source < ranks; ++source) {
    auto first = arrived.begin() + source * slots;
    received.insert(received.end(), first, first + local);
    plan.receive_rows.push_back(std::accumulate(first, first + local, std::int64_t{0}));
  }
  pack_by_expert(backend, pairs, static_cast<int>(chosen.dim(1)), counts, plan);
  regroup_by_expert(backend, received, ranks, local, plan);
  return plan;
}

}  // namespace switchyard
