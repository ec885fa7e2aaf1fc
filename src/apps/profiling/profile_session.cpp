#include "apps/profiling/profile_session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "apps/profiling/gather_profiles.hpp"
#include "apps/profiling/write_profile.hpp"
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

void ProfileSession::require_within(std::int64_t steps) const {
  if (recorder_) switchyard::require_within(recorder_->window(), steps);
}

ExitCode ProfileSession::finish(ExitCode code) {
  if (recorder_ && !written_) write();
  return lost_ && code == ExitCode::done ? ExitCode::run_failed : code;
}

// What is watched is worth more than its profile: it goes on where that cannot be written.
void ProfileSession::report(const std::vector<RankProfile>& profiles) {
  const std::filesystem::path partial = folder_.string() + ".partial";
  std::error_code ignored;
  try {
    const RecordedSteps steps(profiles);
    const ProfileFigures figures = profile_figures(steps);
    std::filesystem::remove_all(partial, ignored);
    write_profile(partial, steps, figures);
    std::filesystem::remove_all(folder_);
    std::filesystem::rename(partial, folder_);
    log_.info("profile: {}", folder_.string());
    fmt::print(stderr, "{}", profile_text(steps, figures));
  } catch (const std::exception& error) {
    lost_ = true;
    std::filesystem::remove_all(partial, ignored);
    log_.error("the profile is lost: {}", error.what());
  }
}

void ProfileSession::warn_of_missing(std::int64_t recorded) {
  if (!leads() || recorded == recorder_->window().length()) return;
  log_.warning("only {} of the {} steps of --profile {} were recorded", recorded,
               recorder_->window().length(), config_.steps);
}

void ProfileSession::write() {
  written_ = true;
  RankProfile own = recorder_->take();
  const std::int64_t recorded = std::ranges::count_if(own.steps, is_recorded);  // as on all ranks
  warn_of_missing(recorded);
  if (recorded == 0) return;
  Communicator& world = machine_.world();
  const std::chrono::milliseconds deadline = world.deadline();
  world.set_deadline(std::max(deadline, kPatience));
  const std::vector<RankProfile> profiles = gather_profiles(machine_, std::move(own));
  agree(world, [&] {
    if (leads()) report(profiles);
  });
  world.set_deadline(deadline);
}

}  // namespace switchyard
