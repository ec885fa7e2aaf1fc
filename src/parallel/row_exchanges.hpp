#pragma once
// Moves of rows within a group, as linear maps that ops/exchange.hpp differentiates. In a group of
// one they hand on what they get.

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "ops/exchange.hpp"

namespace switchyard {

/// Starts an all-to-all of rows; counts by destination and by source.
Arrival start_all_to_all(Backend& backend, Communicator& group, const Tensor& x,
                         const std::vector<std::int64_t>& send_rows,
                         const std::vector<std::int64_t>& receive_rows);

/// Rows to their destinations, and the way back. `backend` and `group` must outlive it.
StartedRowExchange all_to_all(Backend& backend, Communicator& group,
                              std::vector<std::int64_t> send_rows,
                              std::vector<std::int64_t> receive_rows);

/// Everybody's rows to everybody, and its transpose, the sum of everybody's rows for me.
RowExchange all_gather(Backend& backend, Communicator& group, std::vector<std::int64_t> rows);

RowExchange transpose(RowExchange exchange);

}  // namespace switchyard
