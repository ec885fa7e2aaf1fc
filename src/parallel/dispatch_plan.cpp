#include "parallel/dispatch_plan.hpp"

#include <numeric>
#include <utility>

#include "parallel/grid.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

constexpr std::int32_t kNoRow = -1;

// out[i] = sum of counts[0..i).
Numbers prefix_sums(const Numbers& counts) {
  Numbers out(counts.size() + 1, 0);
  std::partial_sum(counts.begin(), counts.end(), out.begin() + 1);
  return out;
}

// What one rank's host knows of a part.
struct PartCounts {
  RowTraffic traffic;
  Numbers received;       // by (source, local expert)
  std::int64_t most = 0;  // rows that would arrive if all ranks sent all of theirs here

  std::int64_t arriving() const {
    return std::accumulate(received.begin(), received.end(), std::int64_t{0});
  }
};

// What every rank tells every other: of each part how many rows it has, and how many of them go to
// each of the other's experts. Shards may be unequal, so a message has as many slots a part as the
// largest shard, and one.
struct CountMessage {
  CountMessage(Communicator& group, std::size_t parts, int experts)
      : group(group),
        experts(experts),
        slots(static_cast<std::size_t>(expert_range(experts, group.size(), 0).size()) + 1),
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

void write_counts(CountMessage& message, std::size_t part, const std::int64_t* offsets,
                  PartCounts& counts) {
  for (int r = 0; r < message.group.size(); ++r) {
    ExpertRange shard = message.shard(r);
    std::int64_t* slot = message.slot(r, part);
    *slot++ = offsets[message.experts];
    for (int e = shard.first; e < shard.last; ++e) *slot++ = offsets[e + 1] - offsets[e];
    counts.traffic.send_rows.push_back(offsets[shard.last] - offsets[shard.first]);
  }
}

void read_counts(CountMessage& message, std::size_t part, PartCounts& counts) {
  int local = message.shard(message.group.rank().value).size();
  for (int source = 0; source < message.group.size(); ++source) {
    const std::int64_t* slot = message.slot(source, part);
    counts.most += *slot++;
    counts.received.insert(counts.received.end(), slot, slot + local);
    counts.traffic.receive_rows.push_back(std::accumulate(slot, slot + local, std::int64_t{0}));
  }
}

std::vector<PartCounts> exchange_counts(Communicator& group, int experts,
                                        std::span<const SortedRows> parts, Recorder* recorder) {
  CountMessage message(group, parts.size(), experts);
  std::vector<PartCounts> counts(parts.size());
  for (std::size_t p = 0; p < parts.size(); ++p) {
    std::unique_ptr<HostCopy> offsets = std::move(*parts[p].offsets);
    write_counts(message, p, static_cast<const std::int64_t*>(offsets->wait()), counts[p]);
  }
  {
    const ZoneScope zone(recorder, Zone::count_exchange);
    message.exchange();
  }
  for (std::size_t p = 0; p < parts.size(); ++p) read_counts(message, p, counts[p]);
  return counts;
}

// The tensors of a plan, to be written; rows of one local expert arrive in groups.
void make_room(Backend& backend, std::int64_t rows, int local, DispatchPlan& plan) {
  plan.route.receive_room = rows;
  plan.offsets = backend.empty({local + 1}, DType::i64);
  if (local == 1) return;
  plan.regroup = backend.empty({rows}, DType::i32);
  plan.ungroup = backend.empty({rows}, DType::i32);
}

// Arrived rows are ordered by (source, expert); grouped rows by (expert, source).
void write_plan(Backend& backend, const Numbers& received, int local, DispatchPlan plan) {
  Numbers arrived = prefix_sums(received), offsets = {0};
  std::vector<std::int32_t> regroup,
      ungroup(static_cast<std::size_t>(plan.route.receive_room), kNoRow);
  SY_ASSERT(arrived.back() <= plan.route.receive_room);
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
  backend.upload(offsets.data(), plan.offsets);
  if (local == 1) return;
  regroup.resize(ungroup.size(), kNoRow);
  backend.upload(regroup.data(), plan.regroup);
  backend.upload(ungroup.data(), plan.ungroup);
}

}  // namespace

SortedRows DispatchPlanner::sort(const Tensor& chosen) {
  SortedRows rows{backend_.group_by(chosen, experts_), nullptr};
  if (group_.size() == 1) return rows;
  rows.offsets = std::make_shared<std::unique_ptr<HostCopy>>();
  backend_.between([&backend = backend_, copy = rows.offsets, offsets = rows.by_expert.offsets] {
    *copy = backend.start_to_host(offsets);
  });
  return rows;
}

std::vector<DispatchPlan> DispatchPlanner::plan(std::span<const SortedRows> parts) {
  std::vector<DispatchPlan> plans(parts.size());
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Grouping& sorted = parts[p].by_expert;
    plans[p].pack = sorted.row;
    plans[p].combine = sorted.place;
    plans[p].offsets = sorted.offsets;
  }
  if (group_.size() == 1) return plans;

  auto counts = std::make_shared<std::vector<PartCounts>>();
  backend_.between([&group = group_, experts = experts_, counts, recorder = backend_.recorder(),
                    rows = std::vector<SortedRows>(parts.begin(), parts.end())] {
    *counts = exchange_counts(group, experts, rows, recorder);
  });
  const int local = expert_range(experts_, group_.size(), group_.rank().value).size();
  most_.resize(parts.size());
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (!backend_.recording()) most_[p] = counts->at(p).most;
    auto traffic = std::make_shared<RowTraffic>();
    plans[p].route = {.traffic = traffic, .send_room = plans[p].pack.dim(0)};
    make_room(backend_, backend_.recording() ? most_[p] : counts->at(p).arriving(), local,
              plans[p]);
    backend_.between([&backend = backend_, counts, p, local, traffic, plan = plans[p]] {
      *traffic = counts->at(p).traffic;
      write_plan(backend, counts->at(p).received, local, plan);
    });
  }
  return plans;
}

}  // namespace switchyard
