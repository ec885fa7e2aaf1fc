#pragma once
// What rank 0 sees of the file system, for all: ranks that look by themselves may see different
// things, and go on to different collectives.

#include <filesystem>

#include "comm/communicator.hpp"

namespace switchyard {

/// Whether rank 0 sees a file or folder; no where it may not look. Collective.
bool first_rank_sees(const std::filesystem::path& path, Communicator& world);

}  // namespace switchyard
