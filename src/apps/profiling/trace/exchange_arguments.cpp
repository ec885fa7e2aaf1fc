#include "apps/profiling/trace/exchange_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "apps/profiling/trace/trace_file.hpp"

namespace switchyard {
namespace {

struct Names {
  std::string_view kernel;
  std::string_view collective;
};

Names names_of(Collective operation) {
  switch (operation) {
    case Collective::all_reduce:
      return {"AllReduce", "allreduce"};
    case Collective::all_to_all_counts:
      return {"AllToAll", "all_to_all"};
    case Collective::all_to_all_rows:
      return {"AllToAllv", "all_to_allv"};
    case Collective::all_gather:
      return {"AllGather", "_allgather_base"};
    case Collective::reduce_scatter:
      return {"ReduceScatter", "_reduce_scatter_base"};
    case Collective::broadcast:
      return {"Broadcast", "broadcast"};
    case Collective::barrier:
      break;
  }
  return {"Barrier", "barrier"};
}

using Bytes = std::vector<std::int64_t>;

std::int64_t sum(const Bytes& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::int64_t{0});
}

std::string list(const Bytes& bytes) {
  return fmt::format("\"[{}]\"", fmt::join(bytes, ", "));
}

const GroupRecord& group_of(const RankProfile& profile, const CollectiveRecord& call) {
  return profile.groups[static_cast<std::size_t>(call.group)];
}

std::size_t rank_in(const GroupRecord& group, std::int32_t rank) {
  return static_cast<std::size_t>(std::ranges::find(group.members, rank) - group.members.begin());
}

double microseconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1000;
}

}  // namespace

std::string exchange_kernel_name(const RankProfile& profile, const CollectiveRecord& call) {
  const Zone zone =
      call.zone < 0 ? Zone::other : profile.zones[static_cast<std::size_t>(call.zone)].zone;
  return fmt::format("ncclKernel_{}({})", names_of(call.operation).kernel,
                     name_of<Zone>(zone, zone_choices));
}

ExchangeArguments::ExchangeArguments(std::span<const RankProfile> profiles, const GroupCalls& calls)
    : profiles_(profiles) {
  for (const GroupCall& call : calls.whole)
    for (std::size_t m = 0; m < call.records.size(); ++m) places_[call.records[m]] = {&call, m};
}

const ExchangeArguments::Place* ExchangeArguments::place_of(const CollectiveRecord& call) const {
  const auto found = places_.find(&call);
  return found == places_.end() ? nullptr : &found->second;
}

std::string ExchangeArguments::sizes(const RankProfile& profile,
                                     const CollectiveRecord& call) const {
  if (call.operation == Collective::all_to_all_rows) {
    std::string text =
        fmt::format(R"("In msg nelems":{},"In split size":{})", sum(call.sent), list(call.sent));
    const Place* place = place_of(call);
    if (!place) return text;
    Bytes received;
    for (const CollectiveRecord* sender : place->call->records)
      received.push_back(sender->sent[place->member]);
    return text + fmt::format(R"(,"Out msg nelems":{},"Out split size":{})", sum(received),
                              list(received));
  }
  std::int64_t in = call.bytes;
  std::int64_t out = call.bytes;
  if (!call.sent.empty()) {
    const std::int64_t own = call.sent[rank_in(group_of(profile, call), profile.rank)];
    if (call.operation == Collective::all_gather) in = own;
    if (call.operation == Collective::reduce_scatter) out = own;
  }
  return fmt::format(R"("In msg nelems":{},"Out msg nelems":{})", in, out);
}

std::string ExchangeArguments::of(const RankProfile& profile, const CollectiveRecord& call) const {
  const GroupRecord& group = group_of(profile, call);
  return fmt::format(
      R"("Collective name":"{}","dtype":"Byte",{},"Group size":{},"Process Group Name":{},)"
      R"("Process Group Description":{},"Process Group Ranks":"[{}]","Rank":{},"Seq":{},)"
      R"("Is asynchronized op":{})",
      names_of(call.operation).collective, sizes(profile, call), group.members.size(),
      json_string(group.name), json_string(group.name), fmt::join(group.members, ", "),
      rank_in(group, profile.rank), call.sequence, call.started ? 1 : 0);
}

std::string ExchangeArguments::with_costs(const RankProfile& profile,
                                          const CollectiveRecord& call) const {
  std::string text =
      fmt::format(R"j({},"Exposed (us)":{:.3f})j", of(profile, call), microseconds(exposed(call)));
  const Place* place = place_of(call);
  if (!place) return text;
  text += fmt::format(R"j(,"Waiting (us)":{:.3f},"Transferring (us)":{:.3f})j",
                      microseconds(place->call->waiting(place->member)),
                      microseconds(place->call->transferring(place->member)));
  if (const auto last = place->call->straggler(profiles_))
    text += fmt::format(R"(,"Last to enter":{})", place->call->members[*last]);
  return text;
}

}  // namespace switchyard
