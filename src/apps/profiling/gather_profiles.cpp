#include "apps/profiling/gather_profiles.hpp"

#include "comm/clock_offset.hpp"
#include "comm/gather_texts.hpp"
#include "machine/memory.hpp"

namespace switchyard {

std::vector<RankProfile> gather_profiles(Machine& machine, RankProfile own) {
  Communicator& world = machine.world();
  own.rank = world.rank().value;
  own.host = host_name();
  own.device = machine.description();
  const ClockOffset clock = measure_clock_offset(world);
  own.clock_offset = clock.offset;
  own.clock_uncertainty = clock.uncertainty;
  const std::vector<std::string> all = gather_texts(world, to_bytes(own));
  std::vector<RankProfile> profiles;
  if (own.rank != 0) return profiles;
  for (const std::string& bytes : all) profiles.push_back(profile_from_bytes(bytes));
  return profiles;
}

}  // namespace switchyard
