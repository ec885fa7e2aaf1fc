#pragma once
// For tests that run under mpirun: the group of all ranks.

#include "comm/communicator.hpp"

namespace switchyard::test {

Communicator& world();

}  // namespace switchyard::test
