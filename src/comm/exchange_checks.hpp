#pragma once
// What every communicator asks of its arguments, so that a wrong call fails the same way on one
// rank as on many. All throw Error (run_failed) naming the operation.

#include <string_view>

#include "comm/communicator.hpp"

namespace switchyard {

/// One non-negative count for each of `size` ranks, and `rows` of them in all.
void require_counts(std::string_view operation, Counts counts, int size, std::int64_t rows);
/// Both tensors hold rows of the same shape and type.
void require_same_rows(std::string_view operation, const Tensor& a, const Tensor& b);
/// Both as above: the arguments of an all-to-all of rows in a group of `size`.
void require_exchange(std::string_view operation, const Tensor& send, Counts send_rows,
                      const Tensor& receive, Counts receive_rows, int size);
/// `per_rank` numbers for each of `size` ranks.
void require_per_rank(std::string_view operation, Counts counts, int per_rank, int size);
/// A defined tensor.
void require_movable(std::string_view operation, const Tensor& x);
/// A tensor in host memory, for groups that cannot reach any other.
void require_host_memory(std::string_view operation, const Tensor& x);
/// Both tensors in host memory, or both in a device's.
void require_same_memory(std::string_view operation, const Tensor& a, const Tensor& b);
/// A tensor of f32, f64, bf16 or i64.
void require_summable(std::string_view operation, const Tensor& x);
/// `mine` has the rows[rank] rows that are this rank's, and `all` has all of them.
void require_shares(std::string_view operation, const Tensor& mine, const Tensor& all, Counts rows,
                    int size, Rank rank);
void require_root(std::string_view operation, Rank root, int size);
void require_color(int color);

}  // namespace switchyard
