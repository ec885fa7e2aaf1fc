// bench_profile: what a profile costs where the program tells it where it is: a zone while nobody
// records (a profile is off, or the step is none of its window), a zone that is recorded, and a
// collective.

#include <benchmark/benchmark.h>

#include "profile/step_scope.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kSteps = std::int64_t{1} << 40;
constexpr std::size_t kKept = 1 << 16;  // records, before they are taken

// In a step that is recorded, emptied from time to time.
class RecordedStep {
 public:
  Recorder& recorder() { return recorder_; }
  void count(benchmark::State& state) {
    if (++noted_ % kKept != 0) return;
    state.PauseTiming();
    recorder_.take();
    state.ResumeTiming();
  }

 private:
  Recorder recorder_{StepKind::benchmark, {0, kSteps}};
  StepScope step_{&recorder_, StepKind::benchmark, 0};
  std::size_t noted_ = 0;
};

void zone_without_recorder(benchmark::State& state) {
  for (auto _ : state) {
    Recorder* nobody = nullptr;
    benchmark::DoNotOptimize(nobody);
    const ZoneScope zone(nobody, Zone::experts);
  }
}

void zone_outside_of_the_window(benchmark::State& state) {
  Recorder recorder(StepKind::benchmark, {0, 1});
  for (auto _ : state) {
    const ZoneScope zone(&recorder, Zone::experts);
  }
}

void recorded_zone(benchmark::State& state) {
  RecordedStep step;
  for (auto _ : state) {
    { const ZoneScope zone(&step.recorder(), Zone::experts); }
    step.count(state);
  }
}

void recorded_collective(benchmark::State& state) {
  RecordedStep step;
  for (auto _ : state) {
    Recorder& recorder = step.recorder();
    const std::size_t call = recorder.begin_collective(
        {.bytes = 8, .sent = std::vector<std::int64_t>(8)}, MemoryKind::host);
    const Moment from = recorder.now();
    recorder.collectives().returned(call, host_clock());
    recorder.collectives().complete(call, recorder.now());
    recorder.collectives().waited(call, from, recorder.now());
    step.count(state);
  }
}

BENCHMARK(zone_without_recorder);
BENCHMARK(zone_outside_of_the_window);
BENCHMARK(recorded_zone);
BENCHMARK(recorded_collective);

}  // namespace
}  // namespace switchyard

BENCHMARK_MAIN();
