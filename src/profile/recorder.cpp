#include "profile/recorder.hpp"

#include <algorithm>
#include <utility>

namespace switchyard {

Recorder::Recorder(StepKind kind, ProfileWindow window, DeviceTimer* timer)
    : kind_(kind), window_(window), timer_(timer) {}

Moment Recorder::now(DeviceStream stream) {
  return {host_clock(), timer_ ? timer_->mark(stream) : -1};
}

void Recorder::begin_step(StepKind kind, std::int64_t number) {
  if (kind != kind_) return;
  const StepRole role = window_.role(number);
  if (role == StepRole::unwatched) return;
  const Moment start = now();
  step_ = Step{{.number = number, .role = role, .host = {}, .device = {}},
               {start, start},
               main_.size(),
               collectives_.size(),
               counted_.size()};
  step_index_ = static_cast<std::int32_t>(steps_.size());
  recording_ = role == StepRole::recorded;
}

void Recorder::end_step(StepKind kind) {
  if (kind != kind_ || !step_) return;
  recording_ = false;
  step_->span.end = now();
  const bool last = step_->record.number == window_.end() - 1;
  steps_.push_back(*std::exchange(step_, std::nullopt));
  if (last && on_finished) on_finished();
}

void Recorder::cancel_step(StepKind kind) {
  if (kind != kind_ || !step_) return;
  recording_ = false;
  main_.drop_from(step_->zones);
  collectives_.drop_from(step_->collectives);
  counted_.resize(step_->passes);
  step_.reset();
}

void Recorder::enter(Zone zone, Pass pass) {
  main_.enter(step_index_, zone, pass, now());
  if (timer_) timer_->begin_range(name_of<Zone>(zone, zone_choices).data());
}

void Recorder::leave() noexcept {
  Moment end{host_clock()};
  try {
    if (timer_) timer_->end_range();
    end = now();
  } catch (const std::exception&) {
  }
  main_.leave(end);
}

void Recorder::note_on_loader(Zone zone, TimeSpan host) {
  if (!recording_) return;
  const std::scoped_lock lock(loader_mutex_);
  loader_.push_back({.step = step_index_, .zone = zone, .host = host, .device = host});
}

std::size_t Recorder::begin_collective(CollectiveRecord call, MemoryKind memory) {
  call.step = step_index_;
  call.zone = main_.current();
  const Moment compute = memory == MemoryKind::host ? exchange_now(memory) : now();
  return collectives_.begin(std::move(call), compute, exchange_now(memory));
}

Moment Recorder::exchange_now(MemoryKind memory) {
  return memory == MemoryKind::host ? Moment{host_clock()} : now(DeviceStream::exchange);
}

bool Recorder::exchanges_apart(MemoryKind memory) const {
  return memory != MemoryKind::host && timer_ && timer_->exchanges_apart();
}

std::int32_t Recorder::add_group(GroupRecord group) {
  groups_.push_back(std::move(group));
  return static_cast<std::int32_t>(groups_.size()) - 1;
}

std::int32_t Recorder::find_group(std::string_view name) const {
  const auto found = std::ranges::find(groups_, name, &GroupRecord::name);
  return found == groups_.end() ? -1 : static_cast<std::int32_t>(found - groups_.begin());
}

void Recorder::count_rows(RoutingRecord pass, std::unique_ptr<HostCopy> offsets) {
  pass.step = step_index_;
  counted_.push_back({std::move(pass), std::move(offsets)});
}

std::vector<std::int64_t> Recorder::rows_of(Counted& counted) {
  if (!counted.offsets) return std::move(counted.pass.rows);
  const auto* offsets = static_cast<const std::int64_t*>(counted.offsets->wait());
  std::vector<std::int64_t> rows;
  for (std::size_t e = 0; e < counted.pass.owner.size(); ++e)
    rows.push_back(offsets[e + 1] - offsets[e]);
  return rows;
}

RankProfile Recorder::take() {
  RankProfile profile;
  profile.kind = kind_;
  for (Step& step : std::exchange(steps_, {})) {
    step.record.host = step.span.host();
    step.record.device = step.span.device(timer_);
    profile.steps.push_back(step.record);
  }
  profile.zones = main_.take(timer_);
  profile.collectives = collectives_.take(timer_);
  profile.groups = groups_;
  for (Counted& counted : std::exchange(counted_, {})) {
    counted.pass.rows = rows_of(counted);
    profile.routing.push_back(std::move(counted.pass));
  }
  const std::scoped_lock lock(loader_mutex_);
  profile.loader = std::exchange(loader_, {});
  if (timer_) timer_->clear();
  return profile;
}

}  // namespace switchyard
