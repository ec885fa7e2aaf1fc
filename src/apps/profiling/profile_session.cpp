#include "apps/profiling/profile_session.hpp"

#include <utility>

#include "apps/profiling/write_profile.hpp"
#include "comm/clock_offset.hpp"
#include "comm/gather_texts.hpp"
#include "machine/memory.hpp"
#include "train/agreement.hpp"

namespace switchyard {

ProfileSession::ProfileSession(const ProfileConfig& config, StepKind kind, Machine& machine,
                               std::filesystem::path folder, Logger& log)
    : machine_(machine), folder_(std::move(folder)), log_(log) {
  if (!config.on()) return;
  recorder_.emplace(kind, parse_profile_window(config.steps), machine.timer());
  recorder_->on_finished = [this] { write(); };
  watched_.emplace(machine, *recorder_);
}

void ProfileSession::finish() {
  if (recorder_ && !written_) write();
}

std::vector<RankProfile> ProfileSession::gather() {
  Communicator& world = machine_.world();
  RankProfile own = recorder_->take();
  own.rank = world.rank().value;
  own.host = host_name();
  own.device = machine_.description();
  const ClockOffset clock = measure_clock_offset(world);
  own.clock_offset = clock.offset;
  own.clock_uncertainty = clock.uncertainty;
  std::vector<RankProfile> all;
  for (const std::string& bytes : gather_texts(world, to_bytes(own)))
    all.push_back(profile_from_bytes(bytes));
  return all;
}

void ProfileSession::write() {
  written_ = true;
  const std::vector<RankProfile> profiles = gather();
  agree(machine_.world(), [&] {
    if (machine_.world().rank().value != 0) return;
    write_profile(folder_, profiles);
    log_.info("profile: {}", folder_.string());
    fmt::print("{}", profile_text(profiles));
  });
}

}  // namespace switchyard
