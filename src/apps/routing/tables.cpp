#include "apps/routing/tables.hpp"

#include <fmt/format.h>

namespace switchyard {
namespace {

// Two numbers, or two empty cells.
std::string cells_of(const std::optional<Outcome>& outcome) {
  return outcome ? fmt::format("{},{}", outcome->accuracy, outcome->loss) : ",";
}

}  // namespace

std::string expert_table(const RoutingResults& results) {
  std::string text =
      "expert,utilisation,load,accuracy_without,loss_without,accuracy_alone,loss_alone\n";
  for (std::size_t e = 0; e < results.figures.experts.size(); ++e) {
    const ExpertFigures& figures = results.figures.experts[e];
    text += fmt::format("{},{},{},{},{}\n", e, figures.utilisation, figures.load,
                        cells_of(figures.without), cells_of(figures.alone));
  }
  return text;
}

std::string class_table(const RoutingResults& results) {
  const RoutingFigures& figures = results.figures;
  const std::size_t experts = figures.experts.size();
  std::string text = "class,expert,weight,top1\n";
  for (std::size_t i = 0; i < figures.class_weights.size(); ++i)
    text += fmt::format("{},{},{},{}\n", i / experts, i % experts, figures.class_weights[i],
                        figures.class_top[i]);
  return text;
}

std::string similarity_table(const RoutingResults& results) {
  const RoutingFigures& figures = results.figures;
  const std::size_t experts = figures.experts.size();
  std::string text = "expert,other,weights,outputs,agreement\n";
  for (std::size_t i = 0; i < figures.same_class.size(); ++i)
    text += fmt::format("{},{},{},{},{}\n", i / experts, i % experts, figures.parameter_cosines[i],
                        figures.output_cosines[i], figures.same_class[i]);
  return text;
}

}  // namespace switchyard
