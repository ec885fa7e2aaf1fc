#include "apps/bench/collective_call.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace switchyard {
namespace {

std::int64_t total(const std::vector<std::int64_t>& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
}

// A rank has but a part of what is given or received.
bool has_parts(MeasuredCollective kind) {
  return kind != MeasuredCollective::all_reduce && kind != MeasuredCollective::broadcast;
}

// For each rank, at most `most`, which some rank has.
std::vector<std::int64_t> split_rows(int ranks, std::int64_t most, double hot_factor) {
  const auto rest = static_cast<std::int64_t>(
      std::llround(static_cast<double>(most) / std::max(1.0, hot_factor)));
  std::vector<std::int64_t> rows(static_cast<std::size_t>(ranks), rest);
  rows.front() = std::llround(static_cast<double>(most) * std::min(1.0, hot_factor));
  return rows;
}

std::int64_t sum_over(Communicator& group, std::int64_t own) {
  const std::vector<std::int64_t> mine(static_cast<std::size_t>(group.size()), own);
  return total(group.all_to_all_counts(mine, 1));
}

}  // namespace

std::int64_t count_elements(MeasuredCollective kind, DType dtype, std::int64_t bytes, int ranks) {
  const auto element = static_cast<std::int64_t>(size_of(dtype));
  const std::int64_t parts = has_parts(kind) ? ranks : 1;
  SY_REQUIRE(bytes >= parts * element, ExitCode::bad_usage,
             "{} bytes are less than one {}{} in {}; ask for at least {}", bytes, to_string(dtype),
             has_parts(kind) ? fmt::format(" for each of {} ranks", parts) : "",
             name_of(kind, measured_collective_choices), parts * element);
  return bytes / element / parts;
}

CollectiveCall::CollectiveCall(MeasuredCollective kind, const CollectivePlace& place, DType dtype,
                               std::int64_t bytes, double hot_factor)
    : kind_(kind),
      place_(place),
      rank_(place.group.rank().value),
      ranks_(place.group.size()),
      count_(count_elements(kind, dtype, bytes, ranks_)),
      rows_(split_rows(ranks_, count_, kind == MeasuredCollective::all_to_all_v ? hot_factor : 1)) {
  const std::int64_t all = total(rows_);
  auto buffer = [&](std::int64_t elements) { return place_.backend.zeros({elements}, dtype); };
  switch (kind) {
    case MeasuredCollective::all_reduce:
    case MeasuredCollective::broadcast:
      given_ = buffer(count_);
      break;
    case MeasuredCollective::all_gather:
      given_ = buffer(count_);
      received_ = buffer(all);
      break;
    case MeasuredCollective::reduce_scatter:
      given_ = buffer(all);
      received_ = buffer(count_);
      break;
    case MeasuredCollective::all_to_all:
    case MeasuredCollective::all_to_all_v:
      arriving_.assign(static_cast<std::size_t>(ranks_), rows_for(rank_));
      given_ = buffer(all);
      received_ = buffer(total(arriving_));
      break;
  }
}

bool CollectiveCall::in_place() const {
  return !has_parts(kind_);
}

bool CollectiveCall::sums() const {
  return kind_ == MeasuredCollective::all_reduce || kind_ == MeasuredCollective::reduce_scatter;
}

std::int64_t CollectiveCall::size() const {
  return count_ * (has_parts(kind_) ? ranks_ : 1) *
         static_cast<std::int64_t>(size_of(given_.dtype()));
}

std::int64_t CollectiveCall::travelling_bytes() const {
  if (arriving_.empty()) return 0;
  return (ranks_ - 1) * total(rows_) * static_cast<std::int64_t>(size_of(given_.dtype()));
}

Collective CollectiveCall::operation() const {
  switch (kind_) {
    case MeasuredCollective::all_reduce:
      return Collective::all_reduce;
    case MeasuredCollective::all_gather:
      return Collective::all_gather;
    case MeasuredCollective::reduce_scatter:
      return Collective::reduce_scatter;
    case MeasuredCollective::broadcast:
      return Collective::broadcast;
    case MeasuredCollective::all_to_all:
    case MeasuredCollective::all_to_all_v:
      break;
  }
  return Collective::all_to_all_rows;
}

std::int64_t CollectiveCall::first_row(int rank) const {
  return std::accumulate(rows_.begin(), rows_.begin() + rank, std::int64_t{0});
}

void CollectiveCall::run() {
  switch (kind_) {
    case MeasuredCollective::all_reduce:
      return place_.group.all_reduce_sum(given_);
    case MeasuredCollective::broadcast:
      return place_.group.broadcast(given_, Rank{0});
    case MeasuredCollective::all_gather:
      return place_.group.all_gather_rows(given_, received_, rows_);
    case MeasuredCollective::reduce_scatter:
      return place_.group.reduce_scatter_rows(given_, received_, rows_);
    case MeasuredCollective::all_to_all:
    case MeasuredCollective::all_to_all_v:
      return place_.group.all_to_all_rows(given_, rows_, received_, arriving_);
  }
}

double CollectiveCall::expected(const ValuePattern& pattern, std::int64_t element) const {
  switch (kind_) {
    case MeasuredCollective::all_reduce:
      return pattern.sum(element);
    case MeasuredCollective::broadcast:
      return pattern.value(0, element);
    case MeasuredCollective::all_gather:
      return pattern.value(static_cast<int>(element / count_), element % count_);
    case MeasuredCollective::reduce_scatter:
      return pattern.sum(first_row(rank_) + element);
    case MeasuredCollective::all_to_all:
    case MeasuredCollective::all_to_all_v:
      break;
  }
  const std::int64_t part = rows_for(rank_);
  return pattern.value(static_cast<int>(element / part), first_row(rank_) + element % part);
}

std::int64_t CollectiveCall::check() {
  const ValuePattern pattern(given_.dtype(), sums() ? ranks_ : 1);
  fill(place_.backend, given_, [&](std::int64_t i) { return pattern.value(rank_, i); });
  // What no exchange writes must not pass for right.
  if (received_) fill(place_.backend, received_, [](std::int64_t) { return -1.0; });
  run();
  const std::int64_t wrong = count_different(place_.backend, result(),
                                             [&](std::int64_t i) { return expected(pattern, i); });
  return sum_over(place_.group, wrong);
}

}  // namespace switchyard
