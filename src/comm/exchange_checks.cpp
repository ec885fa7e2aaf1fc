#include "comm/exchange_checks.hpp"

#include <algorithm>
#include <numeric>

namespace switchyard {
namespace {

void require_rows(std::string_view operation, const Tensor& x) {
  SY_REQUIRE(x.defined() && x.rank() >= 1, ExitCode::run_failed,
             "{}: the tensor has no rows to exchange (it is undefined or a scalar); pass one with "
             "at least one dimension",
             operation);
}

}  // namespace

void require_counts(std::string_view operation, Counts counts, int size, std::int64_t rows) {
  SY_REQUIRE(counts.size() == static_cast<std::size_t>(size), ExitCode::run_failed,
             "{}: {} counts for a group of {} ranks; pass one a rank", operation, counts.size(),
             size);
  SY_REQUIRE(std::ranges::all_of(counts, [](std::int64_t n) { return n >= 0; }),
             ExitCode::run_failed, "{}: a count is negative ({})", operation,
             fmt::join(counts, " "));
  const std::int64_t sum = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  SY_REQUIRE(sum == rows, ExitCode::run_failed,
             "{}: the counts ({}) add up to {} but the tensor has {}", operation,
             fmt::join(counts, " "), sum, rows);
}

void require_same_rows(std::string_view operation, const Tensor& a, const Tensor& b) {
  require_rows(operation, a);
  require_rows(operation, b);
  const bool same = a.dtype() == b.dtype() && std::equal(a.shape().begin() + 1, a.shape().end(),
                                                         b.shape().begin() + 1, b.shape().end());
  SY_REQUIRE(same, ExitCode::run_failed,
             "{}: rows of {} {} cannot be exchanged for rows of {} {} (all dimensions but the "
             "first, and the type, must agree)",
             operation, to_string(a.shape()), to_string(a.dtype()), to_string(b.shape()),
             to_string(b.dtype()));
}

void require_exchange(std::string_view operation, const Tensor& send, Counts send_rows,
                      const Tensor& receive, Counts receive_rows, int size) {
  require_same_rows(operation, send, receive);
  require_counts(operation, send_rows, size, send.dim(0));
  require_counts(operation, receive_rows, size, receive.dim(0));
}

void require_per_rank(std::string_view operation, Counts counts, int per_rank, int size) {
  SY_REQUIRE(per_rank >= 0 && counts.size() == static_cast<std::size_t>(per_rank) * size,
             ExitCode::run_failed, "{}: {} numbers given ({} for each of {} ranks expected)",
             operation, counts.size(), per_rank, size);
}

void require_movable(std::string_view operation, const Tensor& x) {
  SY_REQUIRE(x.defined(), ExitCode::run_failed, "{}: the tensor is undefined", operation);
}

void require_host_memory(std::string_view operation, const Tensor& x) {
  SY_REQUIRE(x.memory() == MemoryKind::host, ExitCode::run_failed,
             "{}: the tensor lies in a device's memory, which this group does not reach; use the "
             "group of the machine (nccl or staged), or copy the tensor to the host first",
             operation);
}

void require_same_memory(std::string_view operation, const Tensor& a, const Tensor& b) {
  SY_REQUIRE(a.memory() == b.memory(), ExitCode::run_failed,
             "{}: one tensor lies in the host's memory, the other in a device's; copy one of them "
             "first",
             operation);
}

void require_summable(std::string_view operation, const Tensor& x) {
  require_movable(operation, x);
  const bool summable = x.dtype() == DType::f32 || x.dtype() == DType::f64 ||
                        x.dtype() == DType::bf16 || x.dtype() == DType::i64;
  SY_REQUIRE(summable, ExitCode::run_failed, "{}: sums are of f32, f64, bf16 or i64 (found {})",
             operation, to_string(x.dtype()));
}

void require_shares(std::string_view operation, const Tensor& mine, const Tensor& all, Counts rows,
                    int size, Rank rank) {
  require_same_rows(operation, mine, all);
  require_counts(operation, rows, size, all.dim(0));
  SY_REQUIRE(mine.dim(0) == rows[rank.value], ExitCode::run_failed,
             "{}: rank {} of the group has {} rows but its count is {}", operation, rank.value,
             mine.dim(0), rows[rank.value]);
}

void require_root(std::string_view operation, Rank root, int size) {
  SY_REQUIRE(root.value >= 0 && root.value < size, ExitCode::run_failed,
             "{}: the root is rank {} of a group of {}", operation, root.value, size);
}

void require_color(int color) {
  SY_REQUIRE(color >= 0, ExitCode::run_failed, "split: the color is {} (0 or more is needed)",
             color);
}

}  // namespace switchyard
