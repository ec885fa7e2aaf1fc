#pragma once
// An analysis of routing as tables (CSV).

#include <string>

#include "apps/routing/results.hpp"

namespace switchyard {

/// A line an expert: how much it is used, the mixture without it, and it by itself.
std::string expert_table(const RoutingResults& results);
/// A line a class and expert: mean weight, and images by the expert of the largest gate logit.
std::string class_table(const RoutingResults& results);
/// A line a pair of experts: how alike they are.
std::string similarity_table(const RoutingResults& results);

}  // namespace switchyard
