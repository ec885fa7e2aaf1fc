#pragma once
// Moves of rows within a group, as linear maps that ops/exchange.hpp differentiates. In a group of
// one they hand on what they get.

#include <cstdint>
#include <memory>
#include <vector>

#include "comm/communicator.hpp"
#include "ops/exchange.hpp"

namespace switchyard {

/// How many rows travel. In a pass that is recorded the numbers are those of its last run.
struct RowTraffic {
  std::vector<std::int64_t> send_rows;     ///< by destination rank
  std::vector<std::int64_t> receive_rows;  ///< by source rank
};

/// Traffic and the rows of the tensors on both sides: at least as many as travel. Those behind
/// them are not sent, and hold anything in what arrives.
struct RowRoute {
  std::shared_ptr<const RowTraffic> traffic;  ///< read when an exchange starts
  std::int64_t send_room = 0;
  std::int64_t receive_room = 0;
};

/// Starts an all-to-all of rows: a step between kernels.
Arrival start_all_to_all(Backend& backend, Communicator& group, const Tensor& x,
                         const RowRoute& route);

/// Rows to their destinations, and the way back. `backend` and `group` must outlive it.
StartedRowExchange all_to_all(Backend& backend, Communicator& group, const RowRoute& route);

/// Everybody's rows to everybody, and its transpose, the sum of everybody's rows for me.
RowExchange all_gather(Backend& backend, Communicator& group, std::vector<std::int64_t> rows);

RowExchange transpose(RowExchange exchange);

}  // namespace switchyard
