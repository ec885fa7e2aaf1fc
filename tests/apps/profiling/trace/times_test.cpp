// Times in traces: those of the records, nested as viewers need it, with the sums of the figures.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "analysis/profile/communication.hpp"
#include "analysis/profile/time_spans.hpp"
#include "analysis/profile/zone_times.hpp"
#include "apps/profiling/trace/planted_trace.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kRecorded = 2;

struct Lane {
  std::int64_t process;
  std::int64_t thread;
  auto operator<=>(const Lane&) const = default;
};

std::map<Lane, std::vector<TimeSpan>> lanes(const Json& trace) {
  std::map<Lane, std::vector<TimeSpan>> spans;
  for (const Json& event : events(trace, "X"))
    spans[{event.at("pid"), event.at("tid")}].push_back(when(event));
  return spans;
}

// An event lies in the one around it, or begins when that is over.
void expect_nested(std::vector<TimeSpan> spans) {
  std::ranges::stable_sort(spans, {}, &TimeSpan::begin);
  std::vector<TimeSpan> open;
  for (const TimeSpan& span : spans) {
    EXPECT_GE(span.length(), 0);
    while (!open.empty() && open.back().end <= span.begin) open.pop_back();
    if (!open.empty()) {
      EXPECT_LE(span.end, open.back().end) << "at " << span.begin;
    }
    open.push_back(span);
  }
}

// A device that begins 30 us behind its host and is half as fast.
std::vector<RankProfile> on_a_device() {
  std::vector<RankProfile> profiles = planted();
  for (RankProfile& profile : profiles) {
    const std::int64_t start = profile.steps[0].host.begin;
    const auto later = [&](TimeSpan host) {
      return TimeSpan{start + 30'000 + 2 * (host.begin - start),
                      start + 30'000 + 2 * (host.end - start)};
    };
    for (StepRecord& step : profile.steps) step.device = later(step.host);
    for (ZoneRecord& zone : profile.zones) zone.device = later(zone.host);
    for (CollectiveRecord& call : profile.collectives) {
      call.under_way = later(call.under_way);
      for (TimeSpan& wait : call.waits) wait = later(wait);
    }
  }
  return profiles;
}

TEST(TraceTimes, EventsOfALaneNest) {
  for (const std::vector<RankProfile>& profiles : {planted(), on_a_device()}) {
    const WrittenTraces traces(profiles);
    for (const Json& trace : {traces.all(), traces.rank(0), traces.rank(1)})
      for (const auto& [lane, spans] : lanes(trace)) {
        SCOPED_TRACE(fmt::format("process {}, lane {}", lane.process, lane.thread));
        expect_nested(spans);
      }
  }
}

// The loader begins first, so the trace does with it.
TEST(TraceTimes, AreTheRecordsOnRankZerosClock) {
  const std::vector<RankProfile> profiles = planted();
  const Json trace = WrittenTraces(profiles).all();
  const std::int64_t start = kStart - kLoaderBefore;
  for (const RankProfile& profile : profiles) {
    std::multiset<std::pair<std::int64_t, std::int64_t>> noted, written;
    const auto note = [&](TimeSpan span) {
      const auto shift = std::llround(profile.clock_offset) - start;
      noted.emplace(span.begin + shift, span.end + shift);
    };
    for (const StepRecord& step : profile.steps) note(step.host);
    for (const ZoneRecord& zone : profile.zones) note(zone.host);
    for (const ZoneRecord& zone : profile.loader) note(zone.host);
    for (const CollectiveRecord& call : profile.collectives) {
      note(call.host);
      note(call.under_way);
    }
    for (const Json& event : events(trace, "X"))
      if (event.at("pid") == profile.rank + 1) written.emplace(when(event).begin, when(event).end);
    EXPECT_EQ(written, noted);
  }
}

TEST(TraceTimes, NanosecondsSurviveALongTrace) {
  std::vector<RankProfile> profiles = {planted_rank(0, 2, 0)};
  const std::int64_t hours = 5 * 3'600'000'000'000 + 1;
  for (TimeSpan* span : {&profiles[0].zones.back().host, &profiles[0].zones.back().device})
    span->end = span->begin + hours;
  profiles[0].steps.back().host.end += 2 * hours;
  profiles[0].steps.back().device = profiles[0].steps.back().host;
  const WrittenTraces traces(profiles);
  const std::string text = read_file(traces.folder() / "trace.json");
  EXPECT_NE(text.find("\"dur\":18000000000.001"), std::string::npos);
}

TEST(TraceTimes, KernelsAreTheZonesLessWhatWasWaited) {
  const WrittenTraces traces(planted());
  for (std::int32_t rank = 0; rank < 2; ++rank) {
    std::map<std::string, std::int64_t> kernels;
    for (const Json& event : events(traces.rank(static_cast<std::size_t>(rank)), "X"))
      if (event.at("cat") == "kernel" && !is_exchange(event))
        kernels[event.at("name")] += when(event).length();
    std::map<std::string, std::int64_t> expected = planted_kernels(rank);
    for (auto& [name, nanoseconds] : expected) nanoseconds *= kRecorded;
    EXPECT_EQ(kernels, expected);
  }
}

// Zones that compute, without exposed communication, and exchanges: the figures of profile.json.
TEST(TraceTimes, SumsAreThoseOfTheReport) {
  for (const std::vector<RankProfile>& profiles : {planted(), on_a_device()}) {
    const WrittenTraces traces(profiles);
    const RecordedSteps steps(profiles);
    const auto figures = communication(steps, group_calls(steps));
    for (std::size_t rank = 0; rank < 2; ++rank) {
      double zones = 0;
      for (const ZoneTimes& zone : zone_times(steps))
        if (zone.zone != Zone::other && zone.zone != Zone::data)
          zones += kRecorded * zone.per_rank[rank].mean;
      std::vector<TimeSpan> computing, exchanging;
      for (const Json& event : events(traces.rank(rank), "X"))
        if (event.at("cat") == "kernel")
          (is_exchange(event) ? exchanging : computing).push_back(when(event));
      constexpr double kNanosecond = 1e-9;
      EXPECT_NEAR(static_cast<double>(covered(computing)) * kNanosecond,
                  zones - kRecorded * figures[rank].exposed, kNanosecond);
      EXPECT_NEAR(static_cast<double>(covered(exchanging)) * kNanosecond,
                  kRecorded * figures[rank].total, kNanosecond);
      std::vector<TimeSpan> either = computing;
      either.insert(either.end(), exchanging.begin(), exchanging.end());
      const std::int64_t both = covered(computing) + covered(exchanging) - covered(either);
      EXPECT_NEAR(static_cast<double>(both) * kNanosecond, kRecorded * figures[rank].overlapped(),
                  kNanosecond);
    }
  }
}

TEST(TraceTimes, ComputingHasALaneOfItsOwnWhereItDiffersFromTheHosts) {
  const auto has_compute_lane = [](const Json& trace) { return lanes(trace).contains({1, 7}); };
  EXPECT_FALSE(has_compute_lane(WrittenTraces(planted()).all()));
  EXPECT_TRUE(has_compute_lane(WrittenTraces(planted()).rank(0)));
  EXPECT_TRUE(has_compute_lane(WrittenTraces(on_a_device()).all()));
}

TEST(TraceTimes, WhatWasNotedForAStepThatWasCalledOffIsLeftOut) {
  std::vector<RankProfile> profiles = planted();
  for (RankProfile& profile : profiles) {
    const std::int64_t before = profile.steps[1].host.begin - 500;
    for (ZoneRecord& zone : profile.zones)
      if (zone.step == 1) zone.host = zone.device = {before, before + 100};
  }
  const WrittenTraces traces(profiles);
  for (const Json& event : events(traces.rank(0), "X"))
    if (event.at("cat") == "cpu_op") {
      EXPECT_NE(when(event).length(), 100) << event;
    }
}

TEST(TraceTimes, CountersAreRowsOfEachStep) {
  const Json trace = WrittenTraces(planted()).all();
  std::map<std::pair<std::int64_t, std::string>, std::vector<Json>> counters;
  for (const Json& event : events(trace, "C"))
    counters[{event.at("pid").get<std::int64_t>() - 1, event.at("name")}].push_back(
        event.at("args"));
  const auto of = [&](std::int64_t rank, const char* name) { return counters.at({rank, name}); };
  // Rank 0 has 30 + 10 rows of each rank, rank 1 has 20 and 40.
  const std::vector<Json> more(kRecorded, Json{{"arrived", 80}}),
      fewer(kRecorded, Json{{"arrived", 60}});
  EXPECT_EQ(of(0, "layer 0 rows"), more);
  EXPECT_EQ(of(1, "layer 0 rows"), fewer);
  EXPECT_NEAR(of(0, "layer 0 rows over mean of ranks")[0].at("factor"), 80.0 / 70, 1e-5);
  EXPECT_EQ(of(0, "layer 0 rows of all ranks")[0],
            (Json{{"expert 0", 60}, {"expert 1", 20}, {"expert 2", 0}, {"expert 3", 60}}));
  EXPECT_FALSE(counters.contains({1, "layer 0 rows of all ranks"}));
}

}  // namespace
}  // namespace switchyard
