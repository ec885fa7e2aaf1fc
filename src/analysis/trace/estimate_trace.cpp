#include "analysis/trace/estimate_trace.hpp"

#include "analysis/trace/hutchinson.hpp"
#include "analysis/trace/hutchpp.hpp"
#include "analysis/trace/xtrace.hpp"

namespace switchyard {

TraceEstimate estimate_trace(TraceMethod method, SymmetricOperator& a, const TraceOptions& options,
                             const TraceProgress& progress) {
  switch (method) {
    case TraceMethod::hutchpp:
      return hutchpp(a, options, progress);
    case TraceMethod::xtrace:
      return xtrace(a, options, progress);
    case TraceMethod::hutchinson:
      break;
  }
  HutchinsonSamples samples;
  return hutchinson(a, options, samples, {}, progress);
}

}  // namespace switchyard
