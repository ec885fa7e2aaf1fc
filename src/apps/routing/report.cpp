#include "apps/routing/report.hpp"

#include <algorithm>
#include <numeric>

#include "analysis/routing/specialisation.hpp"

namespace switchyard {
namespace {

// The class of which most samples have this expert on top.
std::string main_class(const RoutingSums& sums, std::size_t experts, std::size_t expert) {
  std::optional<std::size_t> best;
  double most = 0;
  for (std::size_t c = 0; c * experts < sums.class_top.size(); ++c) {
    if (sums.class_top[c * experts + expert] <= most) continue;
    best = c;
    most = sums.class_top[c * experts + expert];
  }
  return best ? fmt::format("{}", *best) : "-";
}

std::string expert_lines(const RoutingResults& results, const Figures& figures) {
  const RoutingSums& sums = results.sums;
  const double samples = static_cast<double>(results.lines.size());
  const std::size_t experts = sums.used.size();
  std::string text = fmt::format("{:>6}{:>13}{:>8}{:>12}{:>17}{:>15}\n", "expert", "utilisation",
                                 "load", "main class", "accuracy without", "accuracy alone");
  for (std::size_t e = 0; e < experts; ++e)
    text +=
        fmt::format("{:>6}{:>13.4f}{:>8.4f}{:>12}{:>17}{:>15.4f}\n", e, figures.utilisation[e],
                    figures.load[e], main_class(sums, experts, e),
                    experts > 1 ? fmt::format("{:.4f}", sums.without_correct[e] / samples) : "-",
                    sums.alone_correct[e] / samples);
  return text;
}

}  // namespace

std::string routing_report(const RoutingResults& results) {
  const HeadConfig& head = results.model.head;
  const Figures figures = figures_of(results.metrics);
  const Specialisation found =
      specialisation(results.sums.class_shares, results.model.classes, head.experts);
  std::string text = fmt::format(
      "{} head, {} of {} experts, {} {} images: accuracy {:.4f}, loss {:.4f}\n"
      "gate entropy {:.4f} nats; coefficient of variation of the load {:.4f}; class and expert "
      "share {} of\ntheir information\n",
      name_of<HeadKind>(head.kind, head_choices), head.active_experts(), head.experts,
      results.lines.size(), results.split, figures.accuracy, figures.loss, figures.gate_entropy,
      figures.load_cv, found.normalised ? fmt::format("{:.4f}", *found.normalised) : "none");
  text += expert_lines(results, figures);
  for (const RunAgreement& other : results.against)
    text += fmt::format(
        "{}: {:.4f} of the images go to corresponding experts ({:.4f} to those of the same "
        "number)\n",
        other.run, other.matching.agreement, other.matching.unmatched);
  return text;
}

}  // namespace switchyard
