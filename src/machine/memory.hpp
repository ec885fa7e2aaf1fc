#pragma once
// How much memory is left, and among how many ranks.

#include <cstddef>
#include <string>

#include "comm/communicator.hpp"

namespace switchyard {

std::string host_name();

/// How many ranks have this text, such as a host's name or a device's identity. Collective.
int count_ranks(Communicator& world, const std::string& mine);

/// Bytes of this host's memory that programs can have without pushing others out, as far as this
/// process's container allows; 0 where the system does not tell.
std::size_t available_host_bytes();

}  // namespace switchyard
