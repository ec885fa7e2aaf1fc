#pragma once
// From what a rank noted to its part of a trace.

#include "analysis/profile/expert_load.hpp"
#include "apps/profiling/trace/event.hpp"
#include "apps/profiling/trace/exchange_arguments.hpp"

namespace switchyard {

/// What the traces of all ranks share.
struct TraceContext {
  const RecordedSteps& steps;
  const ExchangeArguments& exchanges;
  const std::vector<ExpertLoad>& loads;
  std::int64_t start;  ///< of the trace, by rank 0's host_clock()
};

/// When the first step of all ranks began, or the loader before it: ns of rank 0's host_clock().
std::int64_t trace_start(std::span<const RankProfile> profiles);

enum class ComputeLane {
  always,
  where_it_differs,  ///< not of a host, which computes in its zones' own times
};

/// Lanes: the host's zones and calls, the loader, the computing stream, and as many of exchanges as
/// were under way at once. A step is an annotation, a zone an operation of the host, a stretch of
/// computing or an exchange a kernel; "correlation" leads from a kernel to the host's event.
RankTrace make_rank_trace(std::size_t rank, const TraceContext& context, ComputeLane compute);

}  // namespace switchyard
