#pragma once
// Ranks that fail together: what goes wrong on one of them becomes an Error on all.

#include <functional>

#include "comm/communicator.hpp"

namespace switchyard {

/// Runs `task` on every rank of the group. If it throws on any, every rank throws an Error with the
/// code and the words of the lowest rank that failed, named unless it is rank 0, which speaks for
/// all. The task must not call collectives. Collective.
void agree(Communicator& group, const std::function<void()>& task);

}  // namespace switchyard
