#include "apps/profiling/trace/rank_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/profile/time_spans.hpp"
#include "apps/profiling/trace/compute_stream.hpp"

namespace switchyard {
namespace {

constexpr std::int32_t kHostLane = 1;
constexpr std::int32_t kLoaderLane = 2;
constexpr std::int32_t kComputeLane = 7;  // where PyTorch's is
constexpr std::int32_t kFirstExchangeLane = 20;

std::int64_t offset_of(const RankProfile& profile) {
  return std::llround(profile.clock_offset);
}

std::string name_of_zone(const ZoneRecord& zone) {
  std::string name(name_of<Zone>(zone.zone, zone_choices));
  return zone.pass == Pass::backward ? name + " backward" : name;
}

std::string link(std::size_t number) {
  return fmt::format(R"("correlation":{0},"External id":{0})", number);
}

std::string on_stream(std::int32_t stream, std::size_t number) {
  return fmt::format(R"("device":0,"context":1,"stream":{},{})", stream, link(number));
}

class RankTraceMaker {
 public:
  RankTraceMaker(std::size_t rank, const TraceContext& context)
      : rank_(rank),
        profile_(context.steps.profiles()[rank]),
        context_(context),
        shift_(offset_of(profile_) - context.start) {
    trace_.rank = profile_.rank;
    trace_.labels = fmt::format("{}, {}, clock +- {:.1f} us", profile_.host, profile_.device,
                                profile_.clock_uncertainty / 1000);
  }

  void add_host() {
    trace_.lanes.push_back({kHostLane, "host"});
    for (const StepRecord& step : profile_.steps) add_step(step);
    for (std::size_t i = 0; i < profile_.zones.size(); ++i) add_zone(i);
    for (std::size_t i : calls_by_entry()) {
      const CollectiveRecord& call = profile_.collectives[i];
      add("cpu_op", "record_param_comms", kHostLane, call.host,
          link(number_of_call(i)) + "," + context_.exchanges.of(profile_, call));
    }
    put_outer_events_first();
  }

  void add_loader() {
    if (profile_.loader.empty()) return;
    trace_.lanes.push_back({kLoaderLane, "loader"});
    for (const ZoneRecord& zone : profile_.loader)
      add("cpu_op", name_of_zone(zone), kLoaderLane, zone.host, "");
  }

  void add_compute_stream() {
    trace_.lanes.push_back({kComputeLane, fmt::format("stream {}: compute", kComputeLane)});
    for (const ComputeStretch& stretch : compute_stretches(profile_)) {
      const ZoneRecord& zone = profile_.zones[stretch.zone];
      const StepRecord* step = step_of(zone.step);
      if (step && stretch.when.begin < step->device.end)
        add("kernel", name_of_zone(zone), kComputeLane, intersection(stretch.when, step->device),
            on_stream(kComputeLane, number_of_zone(stretch.zone)));
    }
  }

  void add_exchange_streams() {
    const std::vector<std::size_t> calls = calls_by_entry();
    std::vector<TimeSpan> spans;
    for (std::size_t i : calls) spans.push_back(profile_.collectives[i].under_way);
    const std::vector<std::int32_t> lanes = lanes_without_overlap(spans);
    for (std::size_t n = 0; n < calls.size(); ++n)
      add_exchange(calls[n], kFirstExchangeLane + lanes[n]);
    const std::int32_t count = lanes.empty() ? 0 : std::ranges::max(lanes) + 1;
    for (std::int32_t lane = kFirstExchangeLane; lane < kFirstExchangeLane + count; ++lane)
      trace_.lanes.push_back({lane, fmt::format("stream {}: exchanges", lane)});
  }

  void add_counters() {
    for (const ExpertLoad& load : context_.loads)
      for (std::size_t step = 0; step < context_.steps.count(); ++step) {
        const std::int64_t when = context_.steps.at(rank_, step).host.begin + shift_;
        add_rank_rows(load, load.rank_rows_per_step[step], when);
        if (rank_ == 0) add_expert_rows(load, load.rows_per_step[step], when);
      }
  }

  RankTrace take() { return std::move(trace_); }

 private:
  static std::size_t number_of_zone(std::size_t i) { return i + 1; }
  std::size_t number_of_call(std::size_t i) const { return profile_.zones.size() + i + 1; }

  /// The recorded step of this index; null: it was not recorded.
  const StepRecord* step_of(std::int32_t step) const {
    const auto position = context_.steps.position(rank_, step);
    return position ? &context_.steps.at(rank_, *position) : nullptr;
  }

  void add(std::string_view category, std::string name, std::int32_t lane, TimeSpan when,
           std::string arguments) {
    trace_.events.push_back({.category = category,
                             .name = std::move(name),
                             .lane = lane,
                             .when = {when.begin + shift_, when.end + shift_},
                             .arguments = std::move(arguments)});
  }

  void add_step(const StepRecord& step) {
    const bool recorded = step.role == StepRole::recorded;
    add("user_annotation", fmt::format("{}#{}", recorded ? "ProfilerStep" : "timed ", step.number),
        kHostLane, step.host, "");
  }

  void add_zone(std::size_t i) {
    const ZoneRecord& zone = profile_.zones[i];
    if (const StepRecord* step = step_of(zone.step))
      add("cpu_op", name_of_zone(zone), kHostLane, intersection(zone.host, step->host),
          link(number_of_zone(i)));
  }

  /// Viewers nest events that begin together in the order in which they are written.
  void put_outer_events_first() {
    std::ranges::stable_sort(trace_.events, [](const TraceEvent& a, const TraceEvent& b) {
      if (a.when.begin != b.when.begin) return a.when.begin < b.when.begin;
      return a.when.end > b.when.end;
    });
  }

  std::vector<std::size_t> calls_by_entry() const {
    const std::vector<CollectiveRecord>& calls = profile_.collectives;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < calls.size(); ++i)
      if (step_of(calls[i].step)) order.push_back(i);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return calls[i].under_way.begin; });
    return order;
  }

  void add_exchange(std::size_t i, std::int32_t lane) {
    const CollectiveRecord& call = profile_.collectives[i];
    add("kernel", exchange_kernel_name(profile_, call), lane, call.under_way,
        on_stream(lane, number_of_call(i)) + "," + context_.exchanges.with_costs(profile_, call));
  }

  void add_rank_rows(const ExpertLoad& load, const RowCounts& of_ranks, std::int64_t when) {
    const std::int64_t rows = of_ranks[rank_];
    trace_.counters.push_back(
        {fmt::format("layer {} rows", load.layer), when, fmt::format(R"("arrived":{})", rows)});
    const std::int64_t all = std::accumulate(of_ranks.begin(), of_ranks.end(), std::int64_t{0});
    if (all == 0) return;
    const double share = static_cast<double>(rows) / static_cast<double>(all);
    trace_.counters.push_back(
        {fmt::format("layer {} rows over mean of ranks", load.layer), when,
         fmt::format(R"("factor":{:.6g})", share * static_cast<double>(of_ranks.size()))});
  }

  void add_expert_rows(const ExpertLoad& load, const RowCounts& of_experts, std::int64_t when) {
    std::string series;
    for (std::size_t e = 0; e < of_experts.size(); ++e)
      series += fmt::format(R"({}"expert {}":{})", e == 0 ? "" : ",", e, of_experts[e]);
    trace_.counters.push_back(
        {fmt::format("layer {} rows of all ranks", load.layer), when, std::move(series)});
  }

  const std::size_t rank_;
  const RankProfile& profile_;
  const TraceContext& context_;
  const std::int64_t shift_;  ///< from this rank's clock to the trace's
  RankTrace trace_;
};

}  // namespace

std::int64_t trace_start(std::span<const RankProfile> profiles) {
  std::int64_t start = std::numeric_limits<std::int64_t>::max();
  for (const RankProfile& profile : profiles) {
    const auto begins = [&](TimeSpan span) {
      start = std::min(start, span.begin + offset_of(profile));
    };
    for (const StepRecord& step : profile.steps) {
      begins(step.host);
      begins(step.device);
    }
    for (const ZoneRecord& zone : profile.loader) begins(zone.host);
  }
  return start;
}

RankTrace make_rank_trace(std::size_t rank, const TraceContext& context, ComputeLane compute) {
  RankTraceMaker maker(rank, context);
  maker.add_host();
  maker.add_loader();
  if (compute == ComputeLane::always || has_device_times(context.steps.profiles()[rank]))
    maker.add_compute_stream();
  maker.add_exchange_streams();
  maker.add_counters();
  return maker.take();
}

}  // namespace switchyard
