#include "apps/profiling/profile_session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "apps/profiling/write_profile.hpp"
#include "comm/clock_offset.hpp"
#include "comm/gather_texts.hpp"
#include "machine/memory.hpp"
#include "train/agreement.hpp"

namespace switchyard {
namespace {

/// How long ranks wait for the one that writes: thousands of steps of many ranks take minutes.
constexpr std::chrono::milliseconds kPatience = std::chrono::minutes(10);

bool is_recorded(const StepRecord& step) {
  return step.role == StepRole::recorded;
}

}  // namespace

ProfileSession::ProfileSession(const ProfileConfig& config, StepKind kind, Machine& machine,
                               std::filesystem::path folder, Logger& log)
    : config_(config), machine_(machine), folder_(std::move(folder)), log_(log) {
  if (!config.on()) return;
  recorder_.emplace(kind, parse_profile_window(config.steps), machine.timer());
  recorder_->on_finished = [this] { write(); };
  watched_.emplace(machine, *recorder_);
}

void ProfileSession::finish() {
  if (recorder_ && !written_) write();
}

std::vector<RankProfile> ProfileSession::gather(RankProfile own) {
  Communicator& world = machine_.world();
  own.rank = world.rank().value;
  own.host = host_name();
  own.device = machine_.description();
  const ClockOffset clock = measure_clock_offset(world);
  own.clock_offset = clock.offset;
  own.clock_uncertainty = clock.uncertainty;
  const std::vector<std::string> all = gather_texts(world, to_bytes(own));
  std::vector<RankProfile> profiles;
  if (!leads()) return profiles;
  for (const std::string& bytes : all) profiles.push_back(profile_from_bytes(bytes));
  return profiles;
}

// What is watched is worth more than its profile: it goes on where that cannot be written.
void ProfileSession::report(const std::vector<RankProfile>& profiles) {
  try {
    write_profile(folder_, profiles);
    log_.info("profile: {}", folder_.string());
    fmt::print("{}", profile_text(profiles));
  } catch (const Error& error) {
    log_.error("the profile is lost: {}", error.what());
  }
}

void ProfileSession::write() {
  written_ = true;
  RankProfile own = recorder_->take();
  if (std::ranges::none_of(own.steps, is_recorded)) {  // and so on all ranks
    if (leads())
      log_.warning("there is no profile: no step of --profile {} was reached", config_.steps);
    return;
  }
  Communicator& world = machine_.world();
  const std::chrono::milliseconds deadline = world.deadline();
  world.set_deadline(std::max(deadline, kPatience));
  const std::vector<RankProfile> profiles = gather(std::move(own));
  agree(world, [&] {
    if (leads()) report(profiles);
  });
  world.set_deadline(deadline);
}

}  // namespace switchyard
