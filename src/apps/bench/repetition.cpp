#include "apps/bench/repetition.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>

#include "analysis/profile/quantiles.hpp"
#include "profile/step_scope.hpp"

namespace switchyard {
namespace {

constexpr double kNanosecond = 1e-9;

/// The end of all that a backend has been handed so far.
class DeviceFence {
 public:
  explicit DeviceFence(Backend& backend)
      : backend_(backend), mark_(backend.zeros({1}, DType::f32)) {}
  void wait() {
    float value = 0;
    backend_.to_host(mark_, &value);
  }

 private:
  Backend& backend_;
  Tensor mark_;
};

/// This rank's seconds, [work][repetition].
struct OwnTimes {
  explicit OwnTimes(std::size_t works) : host(works), device(works) {}
  std::vector<std::vector<double>> host, device;
};

class Repeater {
 public:
  Repeater(const BenchPlace& place, std::span<const Work> works)
      : place_(place), works_(works), fence_(place.backend), own_(works.size()) {}

  void warm_up(int times) {
    for (const Work& work : works_)
      for (int i = 0; i < times; ++i) {
        work();
        fence_.wait();
      }
  }

  void round(int number) {
    for (std::size_t i = 0; i < works_.size(); ++i)
      repeat((i + static_cast<std::size_t>(number)) % works_.size());
  }

  const OwnTimes& times() const { return own_; }

 private:
  void repeat(std::size_t which) {
    Recorder* recorder = place_.backend.recorder();
    place_.world.barrier();
    StepScope step(recorder, StepKind::benchmark, repetition_);
    time(which);
    step.end();
    // The marks of a profile are still to be read.
    const bool watched = recorder && recorder->window().role(repetition_) != StepRole::unwatched;
    if (place_.timer && !watched) place_.timer->clear();
    ++repetition_;
  }

  void time(std::size_t which) {
    DeviceTimer* timer = place_.timer;
    const std::int64_t start = host_clock();
    const std::int64_t first = timer ? timer->mark(DeviceStream::compute) : 0;
    works_[which]();
    const std::int64_t last = timer ? timer->mark(DeviceStream::compute) : 0;
    fence_.wait();
    own_.host[which].push_back(static_cast<double>(host_clock() - start) * kNanosecond);
    if (!timer) return;
    const std::int64_t taken = timer->when(last) - timer->when(first);
    own_.device[which].push_back(static_cast<double>(taken) * kNanosecond);
  }

  BenchPlace place_;
  std::span<const Work> works_;
  DeviceFence fence_;
  OwnTimes own_;
  std::int64_t repetition_ = 0;  ///< of all works
};

RankTimes gather(Communicator& world, const std::vector<double>& own) {
  const auto repeats = static_cast<std::int64_t>(own.size());
  const auto ranks = static_cast<std::size_t>(world.size());
  std::shared_ptr<Allocator> host = make_host_allocator();
  Tensor mine(*host, {repeats}, DType::f64), all(*host, {repeats * world.size()}, DType::f64);
  std::ranges::copy(own, mine.data<double>());
  world.all_gather_rows(mine, all, std::vector<std::int64_t>(ranks, repeats));
  RankTimes times(own.size(), std::vector<double>(ranks));
  for (std::size_t rank = 0; rank < ranks; ++rank)
    for (std::size_t i = 0; i < own.size(); ++i)
      times[i][rank] = all.data<double>()[rank * own.size() + i];
  return times;
}

double one_of(const std::vector<double>& ranks, OverRanks which) {
  switch (which) {
    case OverRanks::slowest:
      return std::ranges::max(ranks);
    case OverRanks::fastest:
      return std::ranges::min(ranks);
    case OverRanks::average:
      break;
  }
  return std::accumulate(ranks.begin(), ranks.end(), 0.0) / static_cast<double>(ranks.size());
}

}  // namespace

BenchPlace place_of(Machine& machine) {
  return {machine.backend(), machine.world(), machine.timer()};
}

std::vector<Measurement> measure_in_turn(const BenchPlace& place, const RepetitionPlan& plan,
                                         std::span<const Work> works) {
  Repeater repeater(place, works);
  repeater.warm_up(plan.warmup);
  for (int i = 0; i < plan.repeats; ++i) repeater.round(i);
  std::vector<Measurement> measured;
  for (std::size_t i = 0; i < works.size(); ++i)
    measured.push_back({gather(place.world, repeater.times().host[i]),
                        gather(place.world, repeater.times().device[i])});
  return measured;
}

Measurement measure(const BenchPlace& place, const RepetitionPlan& plan, const Work& work) {
  return measure_in_turn(place, plan, {&work, 1}).front();
}

std::vector<double> over_ranks(const RankTimes& times, OverRanks which) {
  std::vector<double> figures;
  for (const std::vector<double>& ranks : times) figures.push_back(one_of(ranks, which));
  return figures;
}

std::vector<double> ratios(const std::vector<double>& times, const std::vector<double>& others) {
  std::vector<double> ratios;
  std::ranges::transform(times, others, std::back_inserter(ratios), std::divides());
  return ratios;
}

TimeSummary summarize(const std::vector<double>& times) {
  return {median(times), quantile(times, 0.95), median_interval(times)};
}

}  // namespace switchyard
