#pragma once
// Ranks that fail together: what goes wrong on one of them becomes an Error on all.

#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace switchyard {

/// Every rank's text, in rank order. Collective.
std::vector<std::string> gather_texts(Communicator& group, const std::string& mine);

/// Runs `task` on every rank of the group. If it throws on any, every rank throws an Error with the
/// code and the words of the lowest rank that failed, named unless it is rank 0, which speaks for
/// all. The task must not call collectives. Collective.
void agree(Communicator& group, const std::function<void()>& task);

}  // namespace switchyard
