#include "analysis/trace/trace_estimate.hpp"

#include "base/error.hpp"

namespace switchyard {

void validate(const TraceOptions& options) {
  SY_REQUIRE(options.max_probes >= 2, ExitCode::bad_usage,
             "a trace cannot be estimated with {} probes (one alone says nothing about its error); "
             "ask for 2 or more",
             options.max_probes);
  SY_REQUIRE(
      options.rel_error >= 0, ExitCode::bad_usage,
      "a trace's relative error cannot be {}; 0 takes all probes, 0.01 stops at one per cent",
      options.rel_error);
}

}  // namespace switchyard
