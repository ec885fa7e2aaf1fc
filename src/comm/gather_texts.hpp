#pragma once
// Words of every rank for every rank.

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace switchyard {

/// Every rank's text, in rank order. Collective.
std::vector<std::string> gather_texts(Communicator& group, const std::string& mine);

}  // namespace switchyard
