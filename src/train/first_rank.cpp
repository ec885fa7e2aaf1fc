#include "train/first_rank.hpp"

#include <string>

namespace switchyard {

bool first_rank_sees(const std::filesystem::path& path, Communicator& world) {
  std::error_code unseen;
  const bool there = world.rank() == Rank{0} && std::filesystem::exists(path, unseen);
  std::string answer = there ? "yes" : "no";
  world.broadcast(answer, Rank{0});
  return answer == "yes";
}

}  // namespace switchyard
