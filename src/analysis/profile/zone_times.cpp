#include "analysis/profile/zone_times.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/profile/time_spans.hpp"

namespace switchyard {
namespace {

using ZonePass = std::pair<Zone, Pass>;

// Seconds in zones, by rank and recorded step.
class Booking {
 public:
  explicit Booking(const RecordedSteps& steps) : steps_(steps) {}

  void add(ZonePass where, std::size_t rank, std::size_t step, std::int64_t nanoseconds) {
    if (where.first == Zone::other) where.second = Pass::forward;
    auto& series = seconds_[where];
    series.resize(steps_.ranks(), std::vector<double>(steps_.count()));
    series[rank][step] += seconds_of(nanoseconds);
  }

  std::vector<ZoneTimes> times() const {
    std::vector<ZoneTimes> all;
    for (const auto& [where, series] : seconds_) all.push_back(times_of(where, series));
    std::ranges::stable_sort(all, std::greater(),
                             [](const ZoneTimes& times) { return times.over_ranks.mean; });
    return all;
  }

 private:
  static ZoneTimes times_of(ZonePass where, const std::vector<std::vector<double>>& series) {
    ZoneTimes times;
    std::tie(times.zone, times.pass) = where;
    std::vector<double> all;
    for (const std::vector<double>& seconds : series) {
      times.per_rank.push_back(quantiles_of(seconds));
      all.insert(all.end(), seconds.begin(), seconds.end());
    }
    times.over_ranks = quantiles_of(all);
    const auto largest = std::ranges::max_element(times.per_rank, {}, &Quantiles::mean);
    times.max_rank = static_cast<std::size_t>(largest - times.per_rank.begin());
    times.max_over_mean = ratio(times.max(), times.over_ranks.mean);
    return times;
  }

  const RecordedSteps& steps_;
  std::map<ZonePass, std::vector<std::vector<double>>> seconds_;
};

void book_step_zones(Booking& booking, const RecordedSteps& steps, std::size_t rank) {
  for (std::size_t p = 0; p < steps.count(); ++p)
    booking.add({Zone::other, Pass::forward}, rank, p, steps.at(rank, p).device.length());
  const auto& stays = steps.profiles()[rank].zones;
  for (const ZoneRecord& stay : stays) {
    const auto step = steps.position(rank, stay.step);
    if (!step) continue;
    const std::int64_t length = intersection(stay.device, steps.at(rank, *step).device).length();
    const ZoneRecord around =
        stay.parent < 0 ? ZoneRecord{} : stays[static_cast<std::size_t>(stay.parent)];
    booking.add({stay.zone, stay.pass}, rank, *step, length);
    booking.add({around.zone, around.pass}, rank, *step, -length);
  }
}

// Its stays do not nest, and may begin before the step that was under way when they ended.
void book_loader_zones(Booking& booking, const RecordedSteps& steps, std::size_t rank) {
  for (const ZoneRecord& stay : steps.profiles()[rank].loader)
    if (const auto step = steps.position(rank, stay.step))
      booking.add({stay.zone, stay.pass}, rank, *step, stay.device.length());
}

void add_shares(std::vector<ZoneTimes>& zones, const RecordedSteps& steps) {
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) {
    const double step = mean(steps.seconds(rank));
    for (ZoneTimes& times : zones)
      times.share.push_back(ratio(times.per_rank[rank].mean, step).value_or(0));
  }
}

}  // namespace

std::vector<ZoneTimes> zone_times(const RecordedSteps& steps) {
  Booking booking(steps);
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) book_step_zones(booking, steps, rank);
  std::vector<ZoneTimes> zones = booking.times();
  add_shares(zones, steps);
  return zones;
}

std::vector<ZoneTimes> loader_times(const RecordedSteps& steps) {
  Booking booking(steps);
  for (std::size_t rank = 0; rank < steps.ranks(); ++rank) book_loader_zones(booking, steps, rank);
  return booking.times();
}

}  // namespace switchyard
