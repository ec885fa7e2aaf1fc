#include "parallel/dispatch_plan.hpp"

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

template <class T>
Tensor upload(Backend& backend, const std::vector<T>& numbers) {
  return backend.from_host(numbers.data(), {static_cast<std::int64_t>(numbers.size())},
                           dtype_of<T>());
}

// Arrived rows are ordered by (source, expert); grouped rows by (expert, source). `received` counts
// them by (source, expert).
void regroup_by_expert(Backend& backend, const Numbers& received, int local, DispatchPlan& plan) {
  Numbers arrived = prefix_sums(received), offsets = {0};
  std::vector<std::int32_t> regroup, ungroup(static_cast<std::size_t>(arrived.back()));
  int ranks = static_cast<int>(received.size()) / local;
  for (int e = 0; e < local; ++e) {
    for (int source = 0; source < ranks; ++source) {
      auto block = static_cast<std::size_t>(source * local + e);
      for (auto row = arrived[block]; row < arrived[block + 1]; ++row) {
        ungroup[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(regroup.size());
        regroup.push_back(static_cast<std::int32_t>(row));
      }
    }
    offsets.push_back(static_cast<std::int64_t>(regroup.size()));
  }
  plan.offsets = upload(backend, offsets);
  if (local == 1) return;
  plan.regroup = upload(backend, regroup);
  plan.ungroup = upload(backend, ungroup);
}

// What every rank tells every other: how many rows of each part go to each of the other's experts.
// Shards may be unequal, so a message has as many slots a part as the largest shard.
struct CountMessage {
  CountMessage(Communicator& group, std::size_t parts, int experts)
      : group(group),
        experts(experts),
        slots(static_cast<std::size_t>(expert_range(experts, group.size(), 0).size())),
        parts(parts),
        numbers(static_cast<std::size_t>(group.size()) * parts * slots, 0) {}

  ExpertRange shard(int rank) const { return expert_range(experts, group.size(), rank); }
  std::int64_t* slot(int rank, std::size_t part) {
    return numbers.data() + (static_cast<std::size_t>(rank) * parts + part) * slots;
  }
  void exchange() { numbers = group.all_to_all_counts(numbers, static_cast<int>(parts * slots)); }

  Communicator& group;
  int experts;
  std::size_t slots, parts;
  Numbers numbers;
};

Numbers write_counts(CountMessage& message, std::size_t part, const std::int64_t* offsets) {
  Numbers send_rows;
  for (int r = 0; r < message.group.size(); ++r) {
    ExpertRange shard = message.shard(r);
    std::int64_t* counts = message.slot(r, part);
    for (int e = shard.first; e < shard.last; ++e) *counts++ = offsets[e + 1] - offsets[e];
    send_rows.push_back(offsets[shard.last] - offsets[shard.first]);
  }
  return send_rows;
}

// By (source, local expert).
Numbers read_counts(CountMessage& message, std::size_t part) {
  Numbers received;
  int local = message.shard(message.group.rank().value).size();
  for (int source = 0; source < message.group.size(); ++source) {
    const std::int64_t* counts = message.slot(source, part);
    received.insert(received.end(), counts, counts + local);
  }
  return received;
}

}  // namespace

SortedRows sort_rows(Backend& backend, const Communicator& group, const Tensor& chosen,
                     int experts) {
  SortedRows rows{backend.group_by(chosen, experts), nullptr};
  if (group.size() > 1) rows.offsets = backend.start_to_host(rows.by_expert.offsets);
  return rows;
}

std::vector<DispatchPlan> make_dispatch_plans(Backend& backend, Communicator& group,
                                              std::span<const SortedRows> parts, int experts) {
  std::vector<DispatchPlan> plans(parts.size());
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Grouping& sorted = parts[p].by_expert;
    plans[p].pack = sorted.row;
    plans[p].combine = sorted.place;
    plans[p].offsets = sorted.offsets;
  }
  if (group.size() == 1) return plans;

  CountMessage message(group, parts.size(), experts);
  for (std::size_t p = 0; p < parts.size(); ++p)
    plans[p].send_rows =
        write_counts(message, p, static_cast<const std::int64_t*>(parts[p].offsets->wait()));
  message.exchange();
  int local = message.shard(group.rank().value).size();
  for (std::size_t p = 0; p < parts.size(); ++p) {
    Numbers received = read_counts(message, p);
    for (auto from = received.begin(); from != received.end(); from += local)
      plans[p].receive_rows.push_back(std::accumulate(from, from + local, std::int64_t{0}));
    regroup_by_expert(backend, received, local, plans[p]);
  }
  return plans;
}

}  // namespace switchyard
