#include "apps/scale/assumptions.hpp"

#include <fmt/format.h>

namespace switchyard {
namespace {

std::string computing(const Study& study) {
  if (!study.points.empty())
    return fmt::format(
        "Computing: each zone a fixed part and one in proportion to its work, fitted to {} "
        "measured points; work of other models is scaled by FLOPs and bytes.",
        study.points.size());
  return fmt::format(
      "Nothing was measured: computing takes {}'s peak times {} or its memory bandwidth times {}, "
      "whichever is slower, and {} us a kernel; loading and augmenting are free.",
      study.machine.name, study.machine.compute_efficiency, study.machine.memory_efficiency,
      study.machine.kernel_overhead);
}

std::string link(const char* where, const Link& now, const Link& described) {
  const bool fitted = now.latency != described.latency || now.bandwidth != described.bandwidth;
  return fmt::format("{} {:.3g} us and {:.4g} GB/s ({})", where, now.latency * 1e6,
                     now.bandwidth * 1e-9, fitted ? "fitted" : "from the description");
}

std::string connections(const Study& study) {
  const Links& links = study.model.links;
  const Links described = study.machine.links();
  return fmt::format("Connections: {}; {}; {:.3g} us a call; {} ranks a node, an adapter each.",
                     link("within a node", links.node, described.node),
                     link("between nodes", links.network, described.network), links.call * 1e6,
                     study.model.ranks_per_node);
}

std::string sums(const Study& study) {
  switch (study.model.all_reduce) {
    case AllReduceAlgorithm::ring:
      return "Sums over ranks travel in rings.";
    case AllReduceAlgorithm::recursive_doubling:
      return "Sums over ranks travel by recursive doubling.";
    case AllReduceAlgorithm::best:
      break;
  }
  return "Sums over ranks travel in rings or by recursive doubling, whichever takes less time.";
}

std::string waiting(const ScaleConfig& config, const Study& study) {
  const std::string spread =
      study.points.empty()
          ? "all ranks are equally fast"
          : fmt::format("ranks differ by {:.2g} % of their time of computing and wait for the last",
                        study.model.spread * 100);
  return fmt::format("Waiting: {}; the rank with most rows has {} times the mean{}.", spread,
                     config.overload,
                     config.overload == 1 ? "" : ", on no grid more than ep times it");
}

}  // namespace

std::vector<std::string> assumptions_of(const ScaleConfig& config, const Study& study) {
  return {computing(study),
          connections(study),
          sums(study),
          "Messages of a rank travel one at a time, at no cost to its computing; gradients travel "
          "in buckets of 4 MiB while the backward pass goes on.",
          "Every rank has batch / ranks samples; no network is shared with others.",
          waiting(config, study)};
}

}  // namespace switchyard
