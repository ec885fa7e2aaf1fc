#pragma once
// Where and in what type a launch computes.

#include "comm/communicator.hpp"
#include "ops/backend.hpp"

namespace switchyard::parity {

struct Machine {
  Backend& backend;
  DType dtype;
  Communicator& world;
  int ep = 0;  ///< ranks that experts are sharded over; 0: as many as fit
};

}  // namespace switchyard::parity
