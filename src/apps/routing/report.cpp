#include "apps/routing/report.hpp"

#include <optional>

namespace switchyard {
namespace {

// The class of which most samples have this expert on top.
std::string main_class(const RoutingFigures& figures, std::size_t expert) {
  const std::size_t experts = figures.experts.size();
  std::optional<std::size_t> best;
  std::int64_t most = 0;
  for (std::size_t c = 0; c * experts < figures.class_top.size(); ++c) {
    const std::int64_t count = figures.class_top[c * experts + expert];
    if (count <= most) continue;
    best = c;
    most = count;
  }
  return best ? fmt::format("{}", *best) : "-";
}

std::string expert_lines(const RoutingFigures& figures) {
  std::string text = fmt::format("{:>6}{:>13}{:>8}{:>12}{:>17}{:>15}\n", "expert", "utilisation",
                                 "load", "main class", "accuracy without", "accuracy alone");
  for (std::size_t e = 0; e < figures.experts.size(); ++e) {
    const ExpertFigures& expert = figures.experts[e];
    text += fmt::format("{:>6}{:>13.4f}{:>8.4f}{:>12}{:>17}{:>15.4f}\n", e, expert.utilisation,
                        expert.load, main_class(figures, e),
                        expert.without ? fmt::format("{:.4f}", expert.without->accuracy) : "-",
                        expert.alone.accuracy);
  }
  return text;
}

}  // namespace

std::string routing_report(const RoutingResults& results) {
  const HeadConfig& head = results.model.head;
  const Figures& figures = results.figures.overall;
  const std::optional<double> shared = results.figures.specialisation.normalised;
  std::string text = fmt::format(
      "{} head, {} of {} experts, {} {} images: accuracy {:.4f}, loss {:.4f}\n"
      "gate entropy {:.4f} nats; coefficient of variation of the load {:.4f}; class and expert "
      "share {} of\ntheir information\n",
      name_of<HeadKind>(head.kind, head_choices), head.active_experts(), head.experts,
      results.lines.size(), results.split, figures.accuracy, figures.loss, figures.gate_entropy,
      figures.load_cv, shared ? fmt::format("{:.4f}", *shared) : "none");
  text += expert_lines(results.figures);
  for (const RunAgreement& other : results.against)
    text += fmt::format(
        "{}: {:.4f} of the images go to corresponding experts ({:.4f} by chance; {:.4f} to those "
        "of the same number)\n",
        other.run, other.matching.agreement, other.matching.chance, other.matching.unmatched);
  return text;
}

}  // namespace switchyard
